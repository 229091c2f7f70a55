// @ts-check
/** Making a cache entry: beside its place, one process at a time, published by a rename. */
import fs from 'node:fs';
import path from 'node:path';
import { compileBinding } from './binding.mjs';
import { newPartial, otherEntries, READY, readReady, removePartials, sizesIn } from './cache.mjs';
import { lock } from './lock.mjs';
import { diskMegabytes, wheelsFor } from './platforms.mjs';
import { probe } from './probe.mjs';
import { downloadLibrary, reuseLibrary } from './tensorflow.mjs';

/** @typedef {import('./native.mjs').Wanted} Wanted */
/** @typedef {{ root: string, avx: boolean, say: (line: string) => void, announce: (wanted: Wanted) => void }} Job */

/** Whether the library must be fetched: no entry of this name, and none to take it from. @param {Wanted} wanted */
export function needsDownload({ cache, entry, library }) {
  return ![entry, ...otherEntries(cache, entry)].some((other) => readReady(other)?.library === library);
}

/**
 * While it is being made: what stays, the largest download (pip holds it twice for a moment), a margin.
 * @param {import('./platforms.mjs').Platform} platform @param {boolean} gpu
 */
export function megabytesNeeded(platform, gpu) {
  const downloads = wheelsFor(platform, gpu).map((wheel) => wheel.megabytes);
  return diskMegabytes(platform, gpu) + 2 * Math.max(...downloads) + 100;
}

/** @param {Wanted} wanted @param {Job} job @returns {Promise<string[]>} What went wrong. */
export async function makeEntry(wanted, { root, avx, say, announce }) {
  const { platform, cache, entry, gpu } = wanted;
  const megabytes = needsDownload(wanted) ? megabytesNeeded(platform, gpu) : 0;
  const { python, compiler, problems } = await probe({ platform, avx, cache, megabytes });
  if (problems.length > 0) return problems;
  const held = await lock(`${entry}.lock`, () => say(`Waiting for another set-up that is filling ${cache}.`));
  try {
    if (readReady(entry)) return [];
    removePartials(cache, entry);
    announce(wanted);
    const folder = newPartial(entry);
    try {
      const problem = await fill(folder, wanted, { root, python, compiler, say });
      if (problem !== undefined) return [problem];
      publish(folder, wanted);
      removePartials(cache, entry);
      return [];
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    held.release();
  }
}

/**
 * @param {string} folder @param {Wanted} wanted
 * @param {{ root: string, python: string, compiler: string, say: (line: string) => void }} job
 */
async function fill(folder, { platform, cache, entry, library, wheels }, { root, python, compiler, say }) {
  if (!reuseLibrary({ cache, entry, folder, library })) {
    const problem = await downloadLibrary({ folder, wheels, libraries: platform.libraries, python, say });
    if (problem !== undefined) return problem;
  }
  say('Compiling the binding.');
  return compileBinding({ root, folder, platform, compiler });
}

/** @param {string} folder @param {Wanted} wanted */
function publish(folder, { entry, library }) {
  const ready = { library, files: sizesIn(folder) };
  fs.writeFileSync(path.join(folder, READY), JSON.stringify(ready, undefined, 1));
  // A damaged entry may stand there; one that another process made meanwhile is as good as ours.
  if (!readReady(entry)) fs.rmSync(entry, { recursive: true, force: true });
  try {
    fs.renameSync(folder, entry);
  } catch (error) {
    if (!readReady(entry)) throw error;
  }
}
