/** The 97.5% points of Student's t distribution for 1, 2, ... 30 degrees of freedom. */
export const T = [
  ...[12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228],
  ...[2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086],
  ...[2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042],
];

/** The mean over so many runs, with the standard deviation of the sample. */
export interface RunsMean {
  readonly value: number;
  readonly sd: number;
  /** At least 2. */
  readonly runs: number;
}

/**
 * The change between two means over runs (seeds), by their spread: Welch's interval. Degrees of freedom are rounded
 * down and at most 30, so it is never narrower than 95% wants.
 * @returns second less first, with its 95% interval, in the unit of the means; without one where no run differs from
 *   another, which says nothing of how sure a change is
 */
export function meanChange(
  from: RunsMean,
  to: RunsMean,
): { readonly change: number; readonly interval: readonly [number, number] | null } {
  const change = to.value - from.value;
  const [a, b] = [from.sd ** 2 / from.runs, to.sd ** 2 / to.runs];
  if (a + b === 0) return { change, interval: null };
  const share = a / (a + b);
  const freedom = 1 / (share ** 2 / (from.runs - 1) + (1 - share) ** 2 / (to.runs - 1));
  const spread = T[Math.min(T.length, Math.max(1, Math.floor(freedom))) - 1]! * Math.sqrt(a + b);
  return { change, interval: [change - spread, change + spread] };
}
