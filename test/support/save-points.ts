/** The save points that a run has left in its store. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.js';

/** Below `<results>/store/unfinished`, oldest first: `<recipe>/<place>-<digits>`. */
export async function savePointsIn(results: string): Promise<readonly string[]> {
  const all = await readdir(join(results, 'store', 'unfinished'), { recursive: true }).catch(() => []);
  return all.filter((path) => /\/\d{12}-[0-9a-f]{8}$/.test(path)).sort();
}

/** Returns once the one task that has save points has got to a place. */
export async function savedAt(results: string, place: number): Promise<void> {
  await until(async () => {
    const last = (await savePointsIn(results)).at(-1);
    return last !== undefined && Number(/\/(\d{12})-/.exec(last)![1]) >= place;
  });
}
