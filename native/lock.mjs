// @ts-check
/**
 * One at a time, across processes and hosts. The lock is a file that names its owner; it is made by link(2), so it
 * never exists without its content. An owner on this machine is asked whether it lives; one elsewhere (another host,
 * container or boot) touches its file every ten seconds and counts as gone after two minutes of silence, by the file
 * server's own clock.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ place: string, pid: number, started: string }} Owner */
/** @typedef {{ release: () => void }} Lock */

const TOUCH_MS = 10_000;
const SILENT_MS = 120_000;

/** @param {() => string} read */
const orEmpty = (read) => {
  try {
    return read().trim();
  } catch {
    return '';
  }
};
/** Two processes with the same place see each other's process ids. */
const place = () =>
  [
    os.hostname(),
    orEmpty(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    orEmpty(() => fs.readlinkSync('/proc/self/ns/pid')),
  ].join(' ');
/** Tells a process from a later one with the same id; empty where /proc is absent. @param {number} pid */
const startOf = (pid) =>
  orEmpty(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').split(' ')[20] ?? '');

/** @returns {Owner} */
export const thisOwner = () => ({ place: place(), pid: process.pid, started: startOf(process.pid) });

/**
 * Waits for the lock; `onWait` is called once if it must.
 * @param {string} file @param {(owner: Owner | undefined) => void} [onWait] @param {number} [pollMs] @returns {Promise<Lock>}
 */
export async function lock(file, onWait = () => {}, pollMs = 200) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; ; told = true) {
    const held = tryLock(file);
    if (held) return held;
    if (!told) onWait(readOwner(file));
    await sleep(pollMs);
  }
}

/** The lock, or undefined while another live process has it. @param {string} file @returns {Lock | undefined} */
export function tryLock(file) {
  const mine = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const content = JSON.stringify(thisOwner());
  fs.writeFileSync(mine, content);
  try {
    if (!linked(mine, file)) {
      if (!isAbandoned(file, mine) || !broken(file, mine) || !linked(mine, file)) return undefined;
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
  const touch = setInterval(() => {
    orEmpty(() => (fs.utimesSync(file, new Date(), new Date()), ''));
  }, TOUCH_MS);
  touch.unref();
  const release = () => {
    clearInterval(touch);
    if (orEmpty(() => fs.readFileSync(file, 'utf8')) === content) fs.rmSync(file, { force: true });
  };
  return { release };
}

/** @param {string} from @param {string} to */
function linked(from, to) {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file @returns {Owner | undefined} */
function readOwner(file) {
  try {
    return /** @type {Owner} */ (JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {string} fresh A file just written on the same file server. */
function isAbandoned(file, fresh) {
  const owner = readOwner(file);
  const silentMs = Number(orEmpty(() => String(fs.statSync(fresh).mtimeMs - fs.statSync(file).mtimeMs)) || 0);
  if (owner?.place !== place()) return silentMs > SILENT_MS;
  return !isAlive(owner.pid) || startOf(owner.pid) !== owner.started;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Takes an abandoned lock away. Two may try: the rename has one winner; and should it have caught a new owner's lock
 * instead, that one is put back.
 * @param {string} file @param {string} mine
 */
function broken(file, mine) {
  const aside = `${mine}.broken`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return false;
  }
  const abandoned = isAbandoned(aside, mine);
  if (!abandoned) orEmpty(() => (fs.linkSync(aside, file), ''));
  fs.rmSync(aside, { force: true });
  return abandoned;
}
