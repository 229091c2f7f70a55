// @ts-check
/** `npm run setup -- --check`: what is there, what is missing and how to get it; nothing is changed. */
import { cacheFolder, readReady } from './cache.mjs';
import { compiledReady } from './compile.mjs';
import { ROOT } from './ensure.mjs';
import { loadTest } from './binding.mjs';
import { megabytesNeeded, needsDownload } from './entry.mjs';
import { wantedEntry } from './native.mjs';
import { packagesReady } from './packages.mjs';
import { platformOf, thisMachine } from './platforms.mjs';
import { probe } from './probe.mjs';
import { readRecord } from './record.mjs';

const RUN_SETUP = 'missing: npm run setup';

/**
 * @param {{ gpu?: boolean | undefined, say: (line: string) => void, root?: string, load?: typeof loadTest }} options
 * @returns {Promise<boolean>} Whether the native backend is ready.
 */
export async function checkSetup({ gpu: asked, say, root = ROOT, load = loadTest }) {
  const gpu = asked ?? readRecord(root)?.gpu ?? false;
  const packages = packagesReady(root);
  say(`Node: ${process.versions.node}`);
  say(`node packages: ${packages ? 'present' : RUN_SETUP}`);
  const native = await checkNative({ gpu, say, root, load, packages });
  say(`compiled TypeScript: ${compiledReady(root) ? 'present' : RUN_SETUP}`);
  say(`backend: ${native ? 'tensorflow' : 'wasm, the slower one, until the above is there'}`);
  return native;
}

/** @param {{ gpu: boolean, say: (line: string) => void, root: string, load: typeof loadTest, packages: boolean }} job */
async function checkNative({ gpu, say, root, load, packages }) {
  const machine = thisMachine();
  const platform = platformOf(machine);
  if (typeof platform === 'string') {
    say(`TensorFlow library: missing: ${platform}`);
    return false;
  }
  const need = { platform, avx: machine.avx, cache: cacheFolder() };
  const wanted = packages ? wantedEntry({ root, platform, gpu }) : undefined;
  if (wanted && readReady(wanted.entry)) {
    const problem = await load(wanted.entry, wanted.libraryPath);
    say(
      `TensorFlow library and binding: ${problem ? `present, but: ${problem}` : `present (${wanted.entry})`}`,
    );
    return problem === undefined;
  }
  const download = !wanted || needsDownload(wanted);
  const { problems } = await probe({ ...need, megabytes: download ? megabytesNeeded(platform, gpu) : 0 });
  say(
    `TensorFlow library and binding: ${problems.length === 0 ? RUN_SETUP : 'missing, and so is what they need:'}`,
  );
  problems.forEach((line) => say(`  ${line}`));
  return false;
}
