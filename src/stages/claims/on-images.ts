/** Whether these nets differ: the change of an error rate on the same images. */
import type { Outcomes } from '../../run/metric.js';
import { clusteredMean } from '../../statistics/clustered-mean.js';
import { mcnemarExact } from '../../statistics/mcnemar.js';
import { pairedChange } from '../../statistics/paired-change.js';
import { type Claimed, type SingleTest, singleTest } from './test.js';

export interface ImagesTest extends SingleTest {
  readonly images: number;
  readonly clusters: number;
}

/**
 * One net against another, each image a thing of its own: McNemar's exact test. Several nets of a side count by the mean
 * of their outcomes; images of one thing as one observation.
 * @param from outcomes of each repetition @param to likewise, on the same images in the same order
 */
export function testOnImages(
  claimed: Claimed,
  from: readonly Outcomes[],
  to: readonly Outcomes[],
): ImagesTest {
  const { ids, things: clusters = ids } = from[0]!;
  const distinct = new Set(clusters).size;
  const counts = { images: ids.length, clusters: distinct };
  const differences = Float64Array.from(ids, (_, i) => 100 * (meanAt(to, i) - meanAt(from, i)));
  // Nets are never told apart by less than an image.
  const test = singleTest(claimed, clusteredMean(differences, clusters, 100 / ids.length));
  const isExact = from.length === 1 && to.length === 1 && distinct === ids.length;
  if (!isExact || claimed.expect !== 'lower') return { ...test, ...counts };
  const [first, second] = [from[0]!.wrong, to[0]!.wrong];
  const count = (wrong: Uint8Array, other: Uint8Array) =>
    wrong.reduce((sum, one, i) => sum + Number(one > other[i]!), 0);
  const p = mcnemarExact(count(second, first), count(first, second));
  return { ...test, ...pairedChange(first, second), p, ...counts };
}

function meanAt(runs: readonly Outcomes[], image: number): number {
  return runs.reduce((sum, { wrong }) => sum + wrong[image]!, 0) / runs.length;
}
