// @ts-check
/** The native backend: the cache entry that this checkout wants, found or made, and the record that names it. */
import os from 'node:os';
import path from 'node:path';
import { BINDING, bindingIdentity, loadTest } from './binding.mjs';
import { cacheFolder, digestOf, hasPartials, readReady, removePartials } from './cache.mjs';
import { makeEntry } from './entry.mjs';
import { COMPILER_FLAGS, NAPI_VERSION, platformOf, PLATFORMS, thisMachine, wheelsFor } from './platforms.mjs';
import { readRecord } from './record.mjs';
import { cudaFolder, hasLibraries, libraryDigest } from './tensorflow.mjs';

/** @typedef {import('./record.mjs').NativeRecord} NativeRecord */
/** @typedef {import('./platforms.mjs').Platform} Platform */
/** @typedef {import('./platforms.mjs').Wheel} Wheel */

/**
 * @typedef {object} Wanted
 * @property {Platform} platform
 * @property {boolean} gpu
 * @property {Wheel[]} wheels
 * @property {string} library Digest of the wheels, and of what is taken from them.
 * @property {string} cache
 * @property {string} key The entry's name: a readable part and the digest of all that shapes its content.
 * @property {string} entry
 * @property {string[]} libraryPath
 * @property {Record<string, string>} versions
 */

/** @param {{ root: string, platform: Platform, gpu: boolean, cache?: string }} choice @returns {Wanted} */
export function wantedEntry({ root, platform, gpu, cache = cacheFolder() }) {
  const wheels = wheelsFor(platform, gpu);
  const binding = bindingIdentity(root);
  const library = libraryDigest(wheels, platform.libraries);
  const digest = digestOf({
    platform: platform.name,
    library,
    binding,
    flags: [...COMPILER_FLAGS, ...platform.compilerFlags],
  });
  const key = `${entryPrefix(platform, gpu)}-${digest.slice(0, 16)}`;
  const entry = path.join(cache, key);
  return {
    ...{ platform, gpu: gpu && platform.gpu !== undefined, wheels, library, cache, key, entry },
    libraryPath: wheels
      .slice(1)
      .filter(hasLibraries)
      .map((wheel) => path.join(entry, cudaFolder(wheel), 'lib')),
    versions: {
      tensorflow: platform.wheel.version,
      '@tensorflow/tfjs-node-gpu': binding.package,
      'node-api-headers': binding.headers,
      napi: String(NAPI_VERSION),
    },
  };
}

/** What an entry's name begins with, known before the node packages are there. @param {Platform} platform @param {boolean} gpu */
export function entryPrefix(platform, gpu) {
  return `tensorflow-${platform.wheel.version}-${gpu && platform.gpu ? 'gpu' : 'cpu'}-${platform.name}`;
}

/**
 * The record of the last set-up if all that it names is still in place: a few milliseconds.
 * @param {string} root @param {boolean} gpu @returns {NativeRecord | undefined}
 */
export function readyRecord(root, gpu) {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  const record = readRecord(root);
  if (!platform || record?.backend !== 'tensorflow' || record.host !== os.hostname()) return undefined;
  const { cache, entry, key } = wantedEntry({ root, platform, gpu });
  const right = record.cacheKey === key && record.binding === path.join(entry, BINDING);
  return right && readReady(entry) && !hasPartials(cache) ? record : undefined;
}

/**
 * Finds or makes the entry. What can't be had is said by `say`, one line each, and the record's backend is then wasm.
 * @param {{ root: string, gpu: boolean, say: (line: string) => void, announce?: (wanted: Wanted) => void, load?: typeof loadTest, cache?: string }} job
 * @returns {Promise<NativeRecord>}
 */
export async function ensureNative({
  root,
  gpu,
  say,
  announce = () => {},
  load = loadTest,
  cache = cacheFolder(),
}) {
  const machine = thisMachine();
  const platform = platformOf(machine);
  if (typeof platform === 'string') return withoutNative([platform], { gpu, say });
  if (gpu && !platform.gpu) say('CUDA is there for Linux on x64 only: taking the library for the CPU.');
  const wanted = wantedEntry({ root, platform, gpu, cache });
  removePartials(cache);
  let problems = readReady(wanted.entry)
    ? []
    : await makeEntry(wanted, { root, avx: machine.avx, say, announce });
  if (problems.length === 0 && !isProven(root, wanted)) {
    problems = [await load(wanted.entry, wanted.libraryPath)].filter((line) => line !== undefined);
  }
  if (problems.length > 0) return withoutNative(problems, { gpu, say, wanted });
  return {
    backend: 'tensorflow',
    binding: path.join(wanted.entry, BINDING),
    library: path.join(wanted.entry, 'lib'),
    ...(wanted.libraryPath.length > 0 ? { libraryPath: wanted.libraryPath } : {}),
    versions: wanted.versions,
    cacheKey: wanted.key,
    gpu: wanted.gpu,
    host: os.hostname(),
  };
}

/** Loaded on this host before: a shared cache may meet another CPU or C library. @param {string} root @param {Wanted} wanted */
function isProven(root, wanted) {
  const record = readRecord(root);
  return record?.backend === 'tensorflow' && record.host === os.hostname() && record.cacheKey === wanted.key;
}

/** @param {string[]} problems @param {{ gpu: boolean, say: (line: string) => void, wanted?: Wanted }} context @returns {NativeRecord} */
function withoutNative(problems, { gpu, say, wanted }) {
  problems.forEach((line, index) => {
    say(index === problems.length - 1 ? `${line} Continuing with the slower wasm backend.` : line);
  });
  return {
    backend: 'wasm',
    reason: problems.join(' '),
    versions: wanted?.versions ?? {},
    cacheKey: wanted?.key ?? '',
    gpu,
    host: os.hostname(),
  };
}
