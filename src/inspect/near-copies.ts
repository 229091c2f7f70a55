/** Which image of one split looks most like which of another. */
import { colourDistance, hashDistance } from '../image/look.js';
import type { GoodImage, ProgressListener } from './read-split.js';

/**
 * Two images are near copies, as they are or mirrored, if at most so many of the 256 bits of their difference
 * hashes differ and their colours at 16 x 16 px differ by at most so many of 255 grey levels in the mean: the
 * same picture in another size, quality or format. Of Imagenette's 3,925 held-out
 * photographs none is that near to one of the 9,469 others.
 */
export const NEAR_COPY = { bits: 10, colour: 12 } as const;

export interface Pair {
  readonly train: string;
  readonly val: string;
  /** Of 256. */
  readonly bits: number;
  /** Mean difference, grey levels. */
  readonly colour: number;
}

/** For each image of `val` its nearest in `train`, the nearest pairs first, by the larger of the two parts of what near copies may differ by. */
export async function nearestPairs(
  train: readonly GoodImage[],
  val: readonly GoodImage[],
  progress: ProgressListener,
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const [i, held] of val.entries()) {
    const pair = nearest(train, held);
    if (pair) pairs.push(pair);
    progress('pairs', i + 1, val.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return pairs.sort((a, b) => distance(a) - distance(b));
}

export function isNearCopy(pair: Pair): boolean {
  return distance(pair) <= 1;
}

/** At most 1 for near copies. */
function distance({ bits, colour }: Pick<Pair, 'bits' | 'colour'>): number {
  return Math.max(bits / NEAR_COPY.bits, colour / NEAR_COPY.colour);
}

function nearest(train: readonly GoodImage[], { id, look, mirrorLook }: GoodImage): Pair | undefined {
  let best: Pair | undefined;
  let least = Infinity;
  for (const held of mirrorLook ? [look, mirrorLook] : [look])
    for (const other of train) {
      const bits = hashDistance(held, other.look, least * NEAR_COPY.bits);
      if (bits / NEAR_COPY.bits >= least) continue;
      const colour = colourDistance(held, other.look, least * NEAR_COPY.colour);
      if (distance({ bits, colour }) >= least) continue;
      best = { train: other.id, val: id, bits, colour };
      least = distance(best);
    }
  return best;
}
