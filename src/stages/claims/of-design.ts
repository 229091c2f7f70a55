/** Whether one way of training is better than another: by the spread over its repetitions, on these images. */
import type { Outcomes } from '../../run/metric.js';
import { changeOfMeans, type RunsMean, runsMean } from '../../statistics/mean-change.js';
import { type Claimed, type SingleTest, singleTest } from './test.js';

/** Fewer say next to nothing of a spread. */
const FEWEST_RUNS = 3;

export interface DesignSample extends SingleTest {
  readonly runs: readonly [number, number];
}

/** Undefined with too few repetitions of a side. */
export function testOfDesign(
  claimed: Claimed,
  from: readonly Outcomes[],
  to: readonly Outcomes[],
): DesignSample | undefined {
  if (Math.min(from.length, to.length) < FEWEST_RUNS) return undefined;
  const estimate = changeOfMeans(meanOf(from), meanOf(to));
  // Seeds that happen to agree to the image are no certainty.
  const standardError = Math.max(estimate.standardError, 100 / from[0]!.ids.length);
  return {
    ...singleTest(claimed, { ...estimate, standardError }),
    runs: [from.length, to.length],
  };
}

/** Of the error rates, per cent. */
function meanOf(runs: readonly Outcomes[]): RunsMean {
  const errors = runs.map(({ wrong }) => (100 * wrong.reduce((sum, one) => sum + one, 0)) / wrong.length);
  return runsMean(errors);
}
