/** A part of a set: seeded and balanced over the classes. */
import type { ImageEntry } from './dataset.js';
import { permutation, streamKey } from '../util/random.js';

/** The part is a property of the set, so it does not follow an experiment's seed. */
const SELECTION_SEED = 0;

/**
 * `limit` images, the same number of each class as far as it goes, in the order of their ids.
 * @param images sorted by id
 */
export function selectImages(images: readonly ImageEntry[], limit: number): readonly ImageEntry[] {
  if (limit >= images.length) return images;
  const key = streamKey(SELECTION_SEED, 'select');
  const order = permutation(key, 0, images.length);
  const taken = new Map<number, number>();
  // The nth image of each class, in random order, comes before the n+1st of any.
  const ranked = [...order].map((at) => {
    const image = images[at]!;
    const round = taken.get(image.label) ?? 0;
    taken.set(image.label, round + 1);
    return { at, round };
  });
  ranked.sort((a, b) => a.round - b.round);
  const chosen = new Set(ranked.slice(0, limit).map(({ at }) => at));
  return images.filter((_, at) => chosen.has(at));
}
