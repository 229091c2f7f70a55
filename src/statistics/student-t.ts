/** Student's t distribution. */
import { incompleteBeta } from './incomplete-beta.js';

/** @param freedom degrees of freedom, above 0 @returns the probability of at most t */
export function tProbability(t: number, freedom: number): number {
  const tail = tTails(t, freedom) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** Of both tails: the probability of a t at least as far from 0. */
export function tTails(t: number, freedom: number): number {
  const squares = t * t;
  // A part near 1 would lose the digits in which it differs from it.
  return squares < freedom
    ? 1 - incompleteBeta(squares / (freedom + squares), 0.5, freedom / 2)
    : incompleteBeta(freedom / (freedom + squares), freedom / 2, 0.5);
}

/** @param probability 0.5 to 1, ends excluded @returns the t that is not exceeded with it */
export function tQuantile(probability: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (tProbability(high, freedom) < probability) high *= 2;
  // Until no number lies between the two.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (tProbability(middle, freedom) < probability) low = middle;
    else high = middle;
  }
}
