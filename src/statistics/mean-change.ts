/** The change between two means over runs (seeds), by their spread. */
import type { Estimate } from './clustered-mean.js';
import { tQuantile } from './student-t.js';

/** The mean over so many runs, with the standard deviation of the sample. */
export interface RunsMean {
  readonly value: number;
  readonly sd: number;
  /** At least 2. */
  readonly runs: number;
}

/** @param values of the runs, two at least */
export function runsMean(values: readonly number[]): RunsMean {
  const value = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
  return { value, sd: Math.sqrt(squares / (values.length - 1)), runs: values.length };
}

/** Second less first (Welch 1947), in the unit of the means. */
export function changeOfMeans(from: RunsMean, to: RunsMean): Estimate {
  const [a, b] = [from.sd ** 2 / from.runs, to.sd ** 2 / to.runs];
  const share = a + b === 0 ? 0.5 : a / (a + b);
  const freedom = 1 / (share ** 2 / (from.runs - 1) + (1 - share) ** 2 / (to.runs - 1));
  return { value: to.value - from.value, standardError: Math.sqrt(a + b), freedom };
}

/**
 * @returns the change with its 95% interval; without one where no run differs from another, which says nothing of how
 *   sure a change is
 */
export function meanChange(
  from: RunsMean,
  to: RunsMean,
): { readonly change: number; readonly interval: readonly [number, number] | null } {
  const { value: change, standardError, freedom } = changeOfMeans(from, to);
  if (standardError === 0) return { change, interval: null };
  const spread = tQuantile(0.975, freedom) * standardError;
  return { change, interval: [change - spread, change + spread] };
}
