import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { digestValue } from '../../util/digest.js';
import { orRefuse } from './inside-root.js';

/** Changes when the file does, wherever it lies. */
export async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs } = await orRefuse(path, stat(path));
  return digestValue({ name: basename(path), size, mtimeMs });
}
