/** The images that a search may see, and those that judge what it finds. */

/**
 * Of each class every other image, in the order of the index, is searched: the same halves for all that is compared.
 * @param labels class index of each image
 * @returns indices of images, ascending
 */
export function halves(labels: readonly number[]): {
  readonly searched: readonly number[];
  readonly judged: readonly number[];
} {
  const seen = new Map<number, number>();
  const [searched, judged]: [number[], number[]] = [[], []];
  for (const [image, label] of labels.entries()) {
    const before = seen.get(label) ?? 0;
    (before % 2 === 0 ? searched : judged).push(image);
    seen.set(label, before + 1);
  }
  return { searched, judged };
}
