/** What set-up left: `build/native.json` says which backend is ready and where its libraries are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMissing } from '../util/disk.js';

export interface Installation {
  readonly backend: 'tensorflow' | 'wasm';
  /** Why there is only `wasm`. */
  readonly reason?: string;
  /** Absolute path of the compiled binding. */
  readonly binding?: string;
  /** Extra folders for the loader (CUDA's libraries). */
  readonly libraryPath?: readonly string[];
  readonly versions?: Readonly<Record<string, string>>;
  readonly gpu?: boolean;
}

const RECORD = fileURLToPath(new URL('../../native.json', import.meta.url));

/** `wasm` where set-up has not run: it needs nothing but the packages. */
export function readInstallation(): Installation {
  try {
    return JSON.parse(readFileSync(RECORD, 'utf8')) as Installation;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { backend: 'wasm', reason: 'set-up has not run: npm run setup' };
  }
}
