import type { ScoreFacts } from './scores.js';

/** Why two score matrices have no mean: other images, or classes in another order; undefined if they have one. */
export function scoresDiffer(a: ScoreFacts, b: ScoreFacts): string | undefined {
  const differs = (x: readonly unknown[], y: readonly unknown[]) =>
    x.length !== y.length || x.some((item, i) => item !== y[i]);
  if (differs(a.ids, b.ids) || differs(a.labels, b.labels))
    return 'The scores to be averaged are of other images than each other.';
  if (differs(a.classes, b.classes))
    return 'The scores to be averaged are of other classes than each other, or in another order.';
  return undefined;
}
