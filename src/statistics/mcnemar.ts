/** Whether two nets differ on the same images (McNemar 1947), exactly. */
import { incompleteBeta } from './incomplete-beta.js';

/**
 * Of the images that one net alone gets wrong, each is as likely the first net's as the second's if they are equally
 * good: a binomial test of both tails.
 * @param worse images that the second net alone gets wrong
 * @param better images that the first net alone gets wrong
 * @returns the probability of a split at least as uneven, 1 where no image tells them apart
 */
export function mcnemarExact(worse: number, better: number): number {
  const trials = worse + better;
  const fewer = Math.min(worse, better);
  if (2 * fewer === trials) return 1;
  // P(X <= k) of n trials of 1/2 is I_{1/2}(n - k, k + 1).
  return Math.min(1, 2 * incompleteBeta(0.5, trials - fewer, fewer + 1));
}
