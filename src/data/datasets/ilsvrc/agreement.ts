/** Whether two accounts of the validation images' classes agree, and if not, why. */
import type { ValLabels } from './labels.js';

export interface LabelledFile {
  /** Name of the image's file. */
  readonly file: string;
  readonly wnid: string;
}

/** So many of the images have to be as a cause would have them for it to be named. */
const CLEAR_PART = 0.9;

/**
 * @param from what gives the images the classes that they have in `images`
 * @returns what differs, for the user; undefined if nothing does
 */
export function labelsDiffer(
  images: readonly LabelledFile[],
  from: string,
  labels: ValLabels,
  byId: readonly string[] | undefined = labels.byId,
): string | undefined {
  const pairs = images.flatMap(({ file, wnid }) => {
    const other = labels.of(file);
    return other === undefined ? [] : [{ file, wnid, other }];
  });
  const others = pairs.filter(({ wnid, other }) => wnid !== other);
  const [first] = others;
  if (!first) return undefined;
  const swap = byId && orderTakenForAnother(pairs, byId);
  const cause =
    swap === undefined
      ? `One of the two does not belong to these images.`
      : `In ${swap === 'wnid' ? from : labels.from} the two orders of the classes are swapped: the number that the devkit calls ILSVRC2012_ID was taken for a place in the sorted list of WNIDs, which is another order. Give these images their classes anew, by meta.mat.`;
  return `${from} and ${labels.from} name other classes for ${others.length} of ${images.length} validation images: ${first.file} is ${first.wnid} in the one, ${first.other} in the other. ${cause}`;
}

/** Which of the two has come from the other by taking IDs for places among the sorted WNIDs, or places for IDs. */
function orderTakenForAnother(
  pairs: readonly { readonly wnid: string; readonly other: string }[],
  byId: readonly string[],
): 'wnid' | 'other' | undefined {
  const sorted = [...byId].sort();
  const id = new Map(byId.map((wnid, i) => [wnid, i]));
  const place = new Map(sorted.map((wnid, i) => [wnid, i]));
  const swapped = (wnid: string) => [sorted[id.get(wnid) ?? -1], byId[place.get(wnid) ?? -1]];
  const part = (is: (one: { readonly wnid: string; readonly other: string }) => boolean) =>
    pairs.filter(is).length / pairs.length;
  if (part(({ wnid, other }) => swapped(other)[0] === wnid) >= CLEAR_PART) return 'wnid';
  if (part(({ wnid, other }) => swapped(wnid)[0] === other) >= CLEAR_PART) return 'other';
  return undefined;
}
