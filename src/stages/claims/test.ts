/** One test of a claim: an estimate of a change, and what follows from it. */
import type { ClaimTest, Verdict } from '../../run/claims.js';
import type { ClaimSpec } from '../../spec/claim-schema.js';
import type { Estimate } from '../../statistics/clustered-mean.js';
import { tProbability, tQuantile, tTails } from '../../statistics/student-t.js';

export type Claimed = Pick<ClaimSpec, 'expect' | 'margin'>;

/** Before the other tests of the report are known. */
export interface SingleTest extends Omit<ClaimTest, 'adjustedP' | 'verdict' | 'against'> {
  /** Of the opposite; null where `p` is of both tails. */
  readonly againstP: number | null;
}

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
  // One tail each; of an equality both are looked at.
  const above = () => tProbability((margin - value) / standardError, freedom);
  const outside = () => Math.min(1, 2 * tProbability((margin - Math.abs(value)) / standardError, freedom));
  const againstP = { lower: () => null, equal: outside, 'not-higher': above }[expect]();
  // Both tests of an equality must succeed, so each has to more often.
  const power = expect === 'equal' ? (1 + POWER) / 2 : POWER;
  return {
    change: value,
    interval: [value - spread, value + spread],
    level: isLower ? 95 : 90,
    p,
    againstP,
    detectable: spread + quantile(power) * standardError,
  };
}

/**
 * @param adjustedP of the test, among all of the report
 * @param againstP of the opposite, likewise
 */
export function verdictOf(
  { expect }: Claimed,
  { change }: SingleTest,
  { adjustedP, againstP }: { readonly adjustedP: number; readonly againstP: number | null },
): Verdict {
  const isClear = adjustedP < LEVEL;
  if (expect === 'lower') return isClear ? (change < 0 ? 'holds' : 'contradicted') : 'not shown';
  if (isClear) return 'holds';
  return againstP !== null && againstP < LEVEL ? 'contradicted' : 'not shown';
}
