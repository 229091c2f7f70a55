/** Which subset of score matrices has the mean with the fewest errors. */
import { topErrors } from '../../nn/top-error.js';
import { isExhaustive, subsetsAdding, subsetsUpTo } from './subsets.js';

/** Posteriors of each member, [images, classes] row-major, of the same images. */
export interface SearchedScores {
  readonly members: readonly Float32Array[];
  /** Class index of each image. */
  readonly labels: readonly number[];
  readonly classes: number;
}

export interface SearchSettings {
  readonly metric: 'top1' | 'top5';
  /** Members of a subset at the most. */
  readonly most: number;
  /** Told after each subset; may wait, to let signals in. */
  readonly tried: (done: number, total: number) => Promise<void>;
}

export interface Found {
  /** Indices of the members, ascending. */
  readonly subset: readonly number[];
  readonly subsetsTried: number;
  readonly isExhaustive: boolean;
}

/** First the metric, then the other one, then the size, then the order of the members. */
type Rank = readonly [number, number, number];

export async function bestSubset(scores: SearchedScores, settings: SearchSettings): Promise<Found> {
  const { members, labels, classes } = scores;
  const size = { members: members.length, most: settings.most, images: labels.length, classes };
  return isExhaustive(size) ? everySubset(scores, settings) : greedily(scores, settings);
}

/** Depth first, so that each subset adds one matrix to the sum of the one before. */
async function everySubset(scores: SearchedScores, { metric, most, tried }: SearchSettings): Promise<Found> {
  const { members } = scores;
  const total = subsetsUpTo(members.length, most);
  let [best, bestRank]: [readonly number[], Rank] = [[], [Infinity, Infinity, Infinity]];
  let done = 0;
  const visit = async (subset: readonly number[], sum: Float64Array): Promise<void> => {
    for (let next = (subset.at(-1) ?? -1) + 1; next < members.length; next++) {
      const larger = [...subset, next];
      const largerSum = added(sum, members[next]!);
      const rank = rankOf(largerSum, larger.length, scores, metric);
      if (isBelow(rank, bestRank)) [best, bestRank] = [larger, rank];
      done += 1;
      await tried(done, total);
      if (larger.length < most) await visit(larger, largerSum);
    }
  };
  await visit([], new Float64Array(members[0]!.length));
  return { subset: best, subsetsTried: done, isExhaustive: true };
}

/** The member that helps most is added, until none does. */
async function greedily(scores: SearchedScores, { metric, most, tried }: SearchSettings): Promise<Found> {
  const { members } = scores;
  const total = subsetsAdding(members.length);
  let subset: readonly number[] = [];
  let sum: Float64Array = new Float64Array(members[0]!.length);
  let rank: Rank = [Infinity, Infinity, Infinity];
  let done = 0;
  while (subset.length < most) {
    let bestNext: { readonly index: number; readonly rank: Rank } | undefined;
    for (const [index, member] of members.entries()) {
      if (subset.includes(index)) continue;
      const next = rankOf(added(sum, member), subset.length + 1, scores, metric);
      if (isBelow(next, bestNext?.rank ?? rank)) bestNext = { index, rank: next };
      done += 1;
      await tried(done, total);
    }
    if (!bestNext) break;
    subset = [...subset, bestNext.index];
    sum = added(sum, members[bestNext.index]!);
    rank = bestNext.rank;
  }
  return { subset: [...subset].sort((a, b) => a - b), subsetsTried: done, isExhaustive: false };
}

function added(sum: Float64Array, member: Float32Array): Float64Array {
  const larger = sum.slice();
  for (let i = 0; i < larger.length; i++) larger[i]! += member[i]!;
  return larger;
}

/** A sum ranks classes as the mean does. */
function rankOf(sum: Float64Array, size: number, { labels }: SearchedScores, metric: 'top1' | 'top5'): Rank {
  // As float32, since that is what is stored and ranked of a mean.
  const mean = Float32Array.from(sum, (value) => value / size);
  const { top1Wrong, top5Wrong } = topErrors(mean, labels);
  return metric === 'top1' ? [top1Wrong, top5Wrong, size] : [top5Wrong, top1Wrong, size];
}

function isBelow(a: Rank, b: Rank): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at]! < b[at]!;
}
