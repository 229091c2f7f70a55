/** How often mutated input is tried: a sample in `npm test`, FUZZ times as often in `npm run fuzz`. */
import assert from 'node:assert/strict';

const TIMES = Number(process.env['FUZZ'] ?? 1);
const MOST_MS = 1000;
const MOST_BYTES = 512 * 2 ** 20;

export function runs(sample: number): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: Math.round(sample * TIMES) };
}

/** In `npm run fuzz` also how long one input takes, and the memory of all. */
export async function bounded<T>(work: () => Promise<T> | T): Promise<T> {
  if (process.env['FUZZ'] === undefined) return work();
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  assert.ok(ms < MOST_MS, `one input took ${ms.toFixed(0)} ms`);
  const rss = process.memoryUsage.rss();
  assert.ok(rss < MOST_BYTES, `${(rss / 2 ** 20).toFixed(0)} MiB are resident`);
  return result;
}
