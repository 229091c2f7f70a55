/** One test of a claim: an estimate of a change, and what follows from it. */
import type { ClaimTest, Verdict } from '../../run/claims.js';
import type { ClaimSpec } from '../../spec/claim-schema.js';
import type { Estimate } from '../../statistics/clustered-mean.js';
import { tProbability, tQuantile, tTails } from '../../statistics/student-t.js';

export type Claimed = Pick<ClaimSpec, 'expect' | 'margin'>;

/** Before the other tests of the report are known. */
export type SingleTest = Omit<ClaimTest, 'adjustedP' | 'verdict'>;

/** The chance of a false verdict, over all tests of the report. */
const LEVEL = 0.05;
/** That of finding a difference of the detectable size. */
const POWER = 0.8;

/**
 * `lower` by a t test of both tails; `equal` by two of one tail each, against a change of the margin upwards and downwards
 * (TOST, Schuirmann 1987); `not-higher` by the first of these two.
 * @param estimate of the change, points
 */
export function singleTest({ expect, margin }: Claimed, estimate: Estimate): SingleTest {
  const { value, standardError, freedom } = estimate;
  const quantile = (probability: number) => tQuantile(probability, freedom);
  const beyond = (distance: number) => tProbability(-distance / standardError, freedom);
  const isLower = expect === 'lower';
  const spread = quantile(isLower ? 1 - LEVEL / 2 : 1 - LEVEL) * standardError;
  const p = {
    lower: () => tTails(value / standardError, freedom),
    equal: () => beyond(margin - Math.abs(value)),
    'not-higher': () => beyond(margin - value),
  }[expect]();
  // Both tests of an equality must succeed, so each has to more often.
  const power = expect === 'equal' ? (1 + POWER) / 2 : POWER;
  return {
    change: value,
    interval: [value - spread, value + spread],
    level: isLower ? 95 : 90,
    p,
    detectable: spread + quantile(power) * standardError,
  };
}

/** @param adjustedP of the test, among all of the report */
export function verdictOf(
  { expect, margin }: Claimed,
  { change, interval: [low, high] }: SingleTest,
  adjustedP: number,
): Verdict {
  const isClear = adjustedP < LEVEL;
  if (expect === 'lower') return isClear ? (change < 0 ? 'holds' : 'contradicted') : 'not shown';
  if (isClear) return 'holds';
  const isBeyond = low > margin || (expect === 'equal' && high < -margin);
  return isBeyond ? 'contradicted' : 'not shown';
}
