// @ts-check
/** What a machine lacks, found before anything costly is begun: one line each, with the way to get it. */
import fs from 'node:fs';
import path from 'node:path';
import { findOnPath, lastWords, runProgram } from './process.mjs';

/** @typedef {import('./platforms.mjs').Platform} Platform */

const OLDEST_PIP = [20, 3];

/**
 * @typedef {object} Tools
 * @property {string} python Empty where it is missing or not needed.
 * @property {string} compiler
 * @property {string[]} problems
 */

/**
 * @param {{ platform: Platform, avx: boolean, cache: string, megabytes: number }} need `megabytes`: 0 if nothing is to be downloaded.
 * @returns {Promise<Tools>}
 */
export async function probe({ platform, avx, cache, megabytes }) {
  const download = megabytes > 0;
  const python = (download && findOnPath('python3')) || '';
  const compiler = findOnPath('g++') ?? '';
  const problems = [
    avxProblem(platform, avx),
    download ? await pythonProblem(platform, python) : undefined,
    await compilerProblem(platform, compiler),
    folderProblem(cache) ??
      (download ? roomProblem(cache, await freeMegabytes(cache), megabytes) : undefined),
  ];
  return { python, compiler, problems: problems.filter((line) => line !== undefined) };
}

/** @param {Pick<Platform, 'needsAvx'>} platform @param {boolean} avx */
export function avxProblem(platform, avx) {
  if (!platform.needsAvx || avx) return undefined;
  return 'This CPU has no AVX instructions, which TensorFlow was compiled for: use a machine (or a virtual CPU type) that has them.';
}

/** @param {string} cache @param {number} free @param {number} needed */
export function roomProblem(cache, free, needed) {
  if (free >= needed) return undefined;
  return `The disk of ${cache} has ${Math.floor(free)} MB free and ${needed} MB are needed: make room, or point STAGECRAFT_CACHE to a larger disk.`;
}

/** @param {Platform} platform @param {string} python */
async function pythonProblem({ install }, python) {
  if (python === '') return `python3 is missing: ${install.python}.`;
  const { status, output } = await runProgram(python, ['-c', 'import pip; print(pip.__version__)']);
  if (status !== 0) return `python3 has no pip: ${install.python}.`;
  const [major = 0, minor = 0] = output.trim().split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_PIP;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return undefined;
  return `pip ${output.trim()} is too old (${OLDEST_PIP.join('.')} is needed): python3 -m pip install --upgrade pip.`;
}

/** A compiler without its C++ library, or from before C++17, would fail after the download. @param {Platform} platform @param {string} compiler */
async function compilerProblem({ install }, compiler) {
  if (compiler === '') return `g++ is missing: ${install.compiler}.`;
  const program = ['-std=c++17', '-fsyntax-only', '-include', 'string_view', '-x', 'c++', '/dev/null'];
  const result = await runProgram(compiler, program);
  if (result.status === 0) return undefined;
  return `g++ does not compile C++17 (${lastWords(result)}): ${install.compiler}.`;
}

/** @param {string} cache */
function folderProblem(cache) {
  try {
    fs.accessSync(existing(cache), fs.constants.W_OK);
    return undefined;
  } catch {
    return `The cache folder ${cache} can't be written: point STAGECRAFT_CACHE to one that can.`;
  }
}

/** @param {string} folder @returns {Promise<number>} */
async function freeMegabytes(folder) {
  const { bavail, bsize } = await fs.promises.statfs(existing(folder));
  return (bavail * bsize) / 1e6;
}

/** @param {string} folder @returns {string} */
function existing(folder) {
  return fs.existsSync(folder) ? folder : existing(path.dirname(folder));
}
