/**
 * Loaded before a program (`NODE_OPTIONS=--import`): of its operations on files below a folder `runs`, every ninth is
 * done and then fails as one of a network file system whose server has forgotten a file.
 */
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { diskError } from './memory-disk.js';

const EVERY = 9;
const NAMES = ['link', 'mkdir', 'open', 'readdir', 'readFile', 'rename', 'rm', 'writeFile'] as const;

type Operation = (path: string | URL, ...rest: readonly unknown[]) => Promise<unknown>;
const operations = fs as unknown as Record<(typeof NAMES)[number], Operation>;
let count = 0;

for (const name of NAMES) {
  const original = operations[name];
  operations[name] = async (path, ...rest) => {
    const result = await original(path, ...rest);
    if (!String(path).includes('/runs/') || ++count % EVERY !== 0) return result;
    if (name === 'open') await (result as FileHandle).close();
    throw diskError('ESTALE', name, String(path));
  };
}
syncBuiltinESMExports();
