/** How often mutated input is tried: the same sample at each `npm test`, FUZZ times as many others in `npm run fuzz`. */
import assert from 'node:assert/strict';
import { after } from 'node:test';

const { FUZZ, FUZZ_SEED } = process.env;
const MOST_MS = 1000;
const MOST_BYTES = 512 * 2 ** 20;

/** Of all properties of this process; the same one tries the same inputs. */
const seed = FUZZ_SEED !== undefined ? Number(FUZZ_SEED) : FUZZ === undefined ? 1 : Date.now() % 2 ** 31;
let inputs = 0;
let longest = 0;

export function runs(sample: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Math.round(sample * Number(FUZZ ?? 1)), seed };
}

/** In `npm run fuzz` also how long one input keeps a processor, and the memory of all. */
export async function bounded<T>(work: () => Promise<T> | T): Promise<T> {
  if (FUZZ === undefined) return work();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000;
  inputs += 1;
  longest = Math.max(longest, ms);
  assert.ok(ms < MOST_MS, `one input took ${ms.toFixed(0)} ms`);
  const rss = process.memoryUsage.rss();
  assert.ok(rss < MOST_BYTES, `${(rss / 2 ** 20).toFixed(0)} MiB are resident`);
  return result;
}

if (FUZZ !== undefined)
  after(() => {
    const most = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    // eslint-disable-next-line no-console -- the log of a long run, which docs/reliability.md keeps
    console.log(
      `${inputs} inputs (FUZZ_SEED=${seed}), the longest ${longest.toFixed(0)} ms, ${most} MiB at most`,
    );
  });
