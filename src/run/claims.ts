/** The claims artifact: what the paper claims, tested on our results, as data. */
import type { Labels } from '../plan/labels.js';
import type { ClaimSpec } from '../spec/claim-schema.js';

export const CLAIMS_FILE = 'claims.json';

export type Verdict =
  /** As claimed, at 5% for all claims of the report together. */
  | 'holds'
  /** The other way round, as surely; for no difference: one beyond the margin. */
  | 'contradicted'
  | 'not shown';

/** A change of an error rate, second less first, points, and what it says of a claim. */
export interface ClaimTest {
  readonly change: number;
  readonly interval: readonly [number, number];
  /** Of the interval, per cent: 95, or 90 where a margin is to hold it. */
  readonly level: 90 | 95;
  /** Of the test by itself. */
  readonly p: number;
  /** By Holm, over all tests of its sort in the report. */
  readonly adjustedP: number;
  /** Of the opposite, a change beyond the margin: by itself and by Holm over all such; null where `p` is of both tails. */
  readonly against: { readonly p: number; readonly adjustedP: number } | null;
  /** The smallest difference, or margin of no difference, that such a sample shows four times in five by itself, points. */
  readonly detectable: number;
  readonly verdict: Verdict;
}

/** On one set of images, of the nets as they were trained. */
export interface NetsTest extends ClaimTest {
  readonly images: number;
  /** What was counted as one observation: images, or the things that they show. */
  readonly clusters: number;
}

/** Of the way in which the nets were trained, by the spread over its repetitions. */
export interface DesignTest extends ClaimTest {
  /** Repetitions of each side. */
  readonly runs: readonly [number, number];
}

export interface TestedPair {
  /** What tells the sides apart, scales in the paper's px. */
  readonly from: Labels;
  readonly to: Labels;
  /** What they share. */
  readonly same: Labels;
  readonly nets: NetsTest;
  /** Null with fewer than three repetitions of a side. */
  readonly design: DesignTest | null;
}

export interface TestedClaim extends Pick<ClaimSpec, 'says' | 'expect' | 'metric' | 'margin'> {
  readonly name: string;
  /** Of the metric, for people. */
  readonly heading: string;
  readonly pairs: readonly TestedPair[];
}

export interface Claims {
  readonly format: 2;
  readonly claims: readonly TestedClaim[];
}
