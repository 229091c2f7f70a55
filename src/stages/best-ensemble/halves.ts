/** The images that a search may see, and those that judge what it finds. */

/**
 * Of each class every other thing, in the order of the index, is searched, with all its images: what has been seen from
 * one artist's hand would not be judged by another's. The same halves for all that is compared.
 * @param labels class index of each image
 * @param things what each image shows
 * @returns indices of images, ascending
 */
export function halves(
  labels: readonly number[],
  things: readonly string[],
): {
  readonly searched: readonly number[];
  readonly judged: readonly number[];
} {
  const thingsOfClass = new Map<number, number>();
  const isSearched = new Map<string, boolean>();
  const [searched, judged]: [number[], number[]] = [[], []];
  for (const [image, thing] of things.entries()) {
    let side = isSearched.get(thing);
    if (side === undefined) {
      const before = thingsOfClass.get(labels[image]!) ?? 0;
      thingsOfClass.set(labels[image]!, before + 1);
      isSearched.set(thing, (side = before % 2 === 0));
    }
    (side ? searched : judged).push(image);
  }
  return { searched, judged };
}
