// @ts-check
/** The cache outside the checkout: one folder per digest of all that shapes the library and its binding. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tryLock } from './lock.mjs';

/** Written last into an entry: what is in it, so that a damaged entry is seen without opening its files. */
export const READY = 'ready.json';
const PARTIAL = '.partial-';

/**
 * @typedef {object} Ready
 * @property {string} library Digest of the wheels, and of what was taken from them.
 * @property {Record<string, number>} files Sizes by path inside the entry.
 */

/** @param {NodeJS.ProcessEnv} [env] */
export function cacheFolder(env = process.env) {
  if (env['STAGECRAFT_CACHE']) return path.resolve(env['STAGECRAFT_CACHE']);
  const xdg = env['XDG_CACHE_HOME'];
  // The XDG specification wants relative paths ignored.
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), '.cache'), 'stagecraft');
}

/**
 * The same for equal content, whatever the order of keys.
 * @param {unknown} value
 */
export function digestOf(value) {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** @param {unknown} value @returns {string} */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** @param {string} entry @returns {Ready | undefined} */
export function readReady(entry) {
  try {
    const ready = /** @type {Ready} */ (JSON.parse(fs.readFileSync(path.join(entry, READY), 'utf8')));
    const intact = Object.entries(ready.files).every(
      ([file, size]) => fs.statSync(path.join(entry, file)).size === size,
    );
    return intact ? ready : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sizes of all files below a folder, by path.
 * @param {string} folder @returns {Record<string, number>}
 */
export function sizesIn(folder) {
  return Object.fromEntries(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((item) => item.isFile())
      .map((item) => path.join(item.parentPath, item.name))
      .map((file) => [path.relative(folder, file), fs.statSync(file).size]),
  );
}

/** Entries that are ready, other than `except`. @param {string} cache @param {string} except */
export function otherEntries(cache, except) {
  if (!fs.existsSync(cache)) return [];
  return fs
    .readdirSync(cache)
    .map((name) => path.join(cache, name))
    .filter((entry) => entry !== except && fs.existsSync(path.join(entry, READY)));
}

/** A new folder beside the entry, for the work that a rename will publish. @param {string} entry */
export function newPartial(entry) {
  const partial = `${entry}${PARTIAL}${process.pid}-${Date.now().toString(36)}`;
  fs.mkdirSync(partial, { recursive: true });
  return partial;
}

/** @param {string} cache */
const partialsIn = (cache) =>
  fs.existsSync(cache) ? fs.readdirSync(cache).filter((name) => name.includes(PARTIAL)) : [];

/** Whether an attempt left something, or is going on. @param {string} cache */
export const hasPartials = (cache) => partialsIn(cache).length > 0;

/**
 * Removes what interrupted attempts left. Whoever holds an entry's lock owns its partial folders, so a folder whose
 * lock is free (or ours: `held`) belongs to nobody. What can't be removed now (a killed set-up's pip may still write)
 * is left to a later run.
 * @param {string} cache @param {string} [held] An entry.
 */
export function removePartials(cache, held) {
  for (const name of partialsIn(cache)) {
    const entry = path.join(cache, name.slice(0, name.indexOf(PARTIAL)));
    try {
      const lock = entry === held ? { release: () => {} } : tryLock(`${entry}.lock`);
      if (lock) fs.rmSync(path.join(cache, name), { recursive: true, force: true });
      lock?.release();
    } catch {
      continue;
    }
  }
}
