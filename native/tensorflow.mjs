// @ts-check
/** TensorFlow's C library and headers, taken out of the Python wheel that carries them. */
import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, otherEntries, readReady } from './cache.mjs';
import { PYTHON_VERSION } from './platforms.mjs';
import { lastWords, runProgram } from './process.mjs';

/** @typedef {import('./platforms.mjs').Wheel} Wheel */

const UNPACK = fileURLToPath(new URL('unpack.py', import.meta.url));
const INCLUDE = 'tensorflow/include/';
/** What the C headers include, besides one another. */
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];
const CUDA_PARTS = /** @type {const} */ (['lib/', 'bin/ptxas', 'nvvm/libdevice/']);
/** The folders of our entries that come out of wheels. */
const FOLDERS = ['lib', 'include', 'nvidia', 'notices'];

/**
 * Which members of a wheel are kept, and where: `prefix=target` for unpack.py.
 * @param {Wheel} wheel @param {readonly string[]} libraries @returns {string[]}
 */
export function keptMembers(wheel, libraries) {
  if (wheel.name.startsWith('tensorflow')) {
    return [
      ...libraries.map((file) => `tensorflow/${file}=lib/${file}`),
      ...HEADERS.map((header) => `${INCLUDE}${header}=include/${header}`),
      'tensorflow/THIRD_PARTY_NOTICES.txt=notices/THIRD_PARTY_NOTICES.txt',
    ];
  }
  const folder = cudaFolder(wheel);
  return CUDA_PARTS.map((part) => `${folder}/${part}=${folder}/${part}`);
}

/** nvidia-cuda-nvcc holds programs only. @param {Wheel} wheel */
export const hasLibraries = (wheel) => !wheel.name.includes('-nvcc-');

/** @param {readonly Wheel[]} wheels @param {readonly string[]} libraries */
export function libraryDigest(wheels, libraries) {
  return digestOf(
    wheels.map((wheel) => {
      const { name, version, sha256 } = wheel;
      return { name, version, sha256, kept: keptMembers(wheel, libraries) };
    }),
  );
}

/** nvidia-cuda-runtime-cu12 holds nvidia/cuda_runtime. @param {Wheel} wheel */
export function cudaFolder(wheel) {
  return `nvidia/${wheel.name.replace(/^nvidia-/, '').replace(/-cu\d+$/, '').replaceAll('-', '_')}`; // prettier-ignore
}

/**
 * Downloads each wheel at its pinned digest, keeps what is needed of it in `folder`, and deletes it. Answers with the
 * one line that says what went wrong, if something did.
 * @param {{ folder: string, wheels: readonly Wheel[], libraries: readonly string[], python: string, say: (line: string) => void }} job
 * @returns {Promise<string | undefined>}
 */
export async function downloadLibrary({ folder, wheels, libraries, python, say }) {
  const download = path.join(folder, 'download');
  for (const wheel of wheels) {
    say(`Downloading ${wheel.name} ${wheel.version} (${wheel.megabytes} MB).`);
    mkdirSync(download, { recursive: true });
    const fetched = await runProgram(python, pipArguments(wheel, download), {
      // pip collects the file in its temporary folder first: keep that on the disk whose room was looked at.
      env: { ...process.env, TMPDIR: download },
      stdout: process.stderr.isTTY ? 'show' : 'capture',
    });
    if (fetched.status !== 0) {
      return `The download of ${wheel.name} ${wheel.version} by pip failed (${lastWords(fetched)}): look at the network or pip's settings and start again.`;
    }
    const file = readdirSync(download).find((name) => name.endsWith('.whl')) ?? '';
    const unpacked = await runProgram(python, [
      UNPACK,
      path.join(download, file),
      folder,
      ...keptMembers(wheel, libraries),
    ]);
    if (unpacked.status !== 0) {
      return `Unpacking ${wheel.name} ${wheel.version} failed (${lastWords(unpacked)}): start again.`;
    }
    rmSync(download, { recursive: true });
  }
  return undefined;
}

/** @param {Wheel} wheel @param {string} download */
function pipArguments(wheel, download) {
  const requirements = path.join(download, 'requirements.txt');
  writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const target = ['--implementation', 'cp', '--python-version', PYTHON_VERSION, '--platform', wheel.platform];
  const quiet = process.stderr.isTTY ? [] : ['--quiet'];
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...target, '--no-cache-dir'],
    ...['--disable-pip-version-check', ...quiet, '--require-hashes', '-r', requirements, '-d', download],
  ];
}

/**
 * The same wheels' files out of another entry (an older binding's), by hard links where the file system has them.
 * @param {{ cache: string, entry: string, folder: string, library: string }} job
 */
export function reuseLibrary({ cache, entry, folder, library }) {
  for (const other of otherEntries(cache, entry)) {
    const ready = readReady(other);
    if (ready?.library !== library) continue;
    const files = Object.keys(ready.files).filter((file) => FOLDERS.includes(file.split(path.sep)[0] ?? ''));
    for (const file of files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      linkOrCopy(path.join(other, file), path.join(folder, file));
    }
    return true;
  }
  return false;
}

/** @param {string} from @param {string} to */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
