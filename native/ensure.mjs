// @ts-check
/** All of set-up in order; each step costs milliseconds when there is nothing to do. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { announcement, nativeCost, packagesCost } from './announce.mjs';
import { cacheFolder, otherEntries } from './cache.mjs';
import { SetupError } from './command.mjs';
import { compiledReady, compileSources } from './compile.mjs';
import { needsDownload } from './entry.mjs';
import { lock } from './lock.mjs';
import { ensureNative, entryPrefix, readyRecord } from './native.mjs';
import { installPackages, packagesReady } from './packages.mjs';
import { platformOf, thisMachine } from './platforms.mjs';
import { readRecord, writeRecord } from './record.mjs';

/** @typedef {import('./record.mjs').NativeRecord} NativeRecord */
/** @typedef {import('./announce.mjs').Cost} Cost */

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** On stderr, so that the output of what runs after set-up stays its own. @param {string} line */
const toStderr = (line) => void process.stderr.write(`${line}\n`);

/**
 * @param {{ gpu?: boolean | undefined, say?: (line: string) => void, root?: string }} [options] `gpu` stays as it was last unless given.
 * @returns {Promise<NativeRecord>}
 */
export async function ensureSetup({ gpu: asked, say = toStderr, root = ROOT } = {}) {
  const gpu = asked ?? readRecord(root)?.gpu ?? false;
  return allReady(root, gpu) ?? (await underLock({ root, gpu, say }));
}

/** @param {string} root @param {boolean} gpu */
function allReady(root, gpu) {
  return packagesReady(root) && compiledReady(root) ? readyRecord(root, gpu) : undefined;
}

/** @param {{ root: string, gpu: boolean, say: (line: string) => void }} job */
async function underLock({ root, gpu, say }) {
  const held = await lock(path.join(root, 'build/setup.lock'), () =>
    say('Waiting for another set-up of this checkout.'),
  );
  try {
    return allReady(root, gpu) ?? (await inOrder({ root, gpu, say }));
  } finally {
    held.release();
  }
}

/** @param {{ root: string, gpu: boolean, say: (line: string) => void }} job */
async function inOrder({ root, gpu, say }) {
  const library = { told: false };
  if (!packagesReady(root)) {
    const native = expectedNativeCost(gpu);
    library.told = native !== undefined;
    announcement([packagesCost(path.join(root, 'node_modules')), ...(native ? [native] : [])]).forEach(say);
    failWith(await installPackages({ root, say }));
  }
  const record = readyRecord(root, gpu) ?? (await makeNative({ root, gpu, say, told: library.told }));
  if (!compiledReady(root)) failWith(await compileSources({ root, say }));
  return record;
}

/** @param {{ root: string, gpu: boolean, say: (line: string) => void, told: boolean }} job */
async function makeNative({ root, gpu, say, told }) {
  const record = await ensureNative({
    ...{ root, gpu, say },
    announce: (wanted) => {
      if (told) return;
      const { platform, cache: where } = wanted;
      announcement([
        nativeCost({ where, platform, gpu: wanted.gpu, download: needsDownload(wanted) }),
      ]).forEach(say);
    },
  });
  if (JSON.stringify(record) !== JSON.stringify(readRecord(root))) writeRecord(root, record);
  return record;
}

/** Before the node packages are there, the entry is known only by the beginning of its name. @param {boolean} gpu @returns {Cost | undefined} */
function expectedNativeCost(gpu) {
  const platform = platformOf(thisMachine());
  if (typeof platform === 'string') return undefined;
  const where = cacheFolder();
  const prefix = entryPrefix(platform, gpu);
  const there = otherEntries(where, '').some((entry) => path.basename(entry).startsWith(prefix));
  return there ? undefined : nativeCost({ where, platform, gpu, download: true });
}

/** @param {string | undefined} problem */
function failWith(problem) {
  if (problem !== undefined) throw new SetupError(problem);
}
