/** A file of JSON that need not be one. */
import { type Disk, isMissing } from '../util/disk.js';

/** Undefined for a file that is not there or holds no JSON map: it counts for nothing. */
export async function readJson<T>(disk: Disk, path: string): Promise<Partial<T> | undefined> {
  try {
    const value: unknown = JSON.parse(Buffer.from(await disk.readFile(path)).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
