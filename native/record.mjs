// @ts-check
/** build/native.json: what set-up found, for the workers that load the backend. */
import fs from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} NativeRecord
 * @property {'tensorflow' | 'wasm'} backend
 * @property {string} [reason] Why it is wasm, in one line.
 * @property {string} [binding] The compiled binding.
 * @property {string} [library] The folder of TensorFlow's libraries.
 * @property {string[]} [libraryPath] Folders that must stand on the loader's path before a worker starts (CUDA).
 * @property {Record<string, string>} versions
 * @property {string} cacheKey The cache entry's name.
 * @property {boolean} gpu
 * @property {string} host Where the library was last seen to load.
 */

/** @param {string} root */
export const recordFile = (root) => path.join(root, 'build', 'native.json');

/** @param {string} root @returns {NativeRecord | undefined} */
export function readRecord(root) {
  try {
    return /** @type {NativeRecord} */ (JSON.parse(fs.readFileSync(recordFile(root), 'utf8')));
  } catch {
    return undefined;
  }
}

/** @param {string} root @param {NativeRecord} record */
export function writeRecord(root, record) {
  writeWhole(recordFile(root), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Readers see the old content or the new, never half of it. @param {string} file @param {string} content */
export function writeWhole(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  fs.writeFileSync(beside, content);
  fs.renameSync(beside, file);
}
