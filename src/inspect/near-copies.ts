/** Which image of one split looks most like which of another. */
import { colourDistance, hashDistance } from '../image/look.js';
import type { GoodImage, ProgressListener } from './read-split.js';

/**
 * Two images are near copies, as they are or mirrored, if at most so many of the 256 bits of their difference
 * hashes differ and their colours at 16 x 16 px differ by at most so many of 255 grey levels in the mean: the
 * same picture in another size, quality or format. Photographs of two things are some 100 bits apart.
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

/** For each image of `val` its nearest in `train`, the nearest pairs first. */
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
  return pairs.sort((a, b) => a.bits - b.bits || a.colour - b.colour);
}

export function isNearCopy({ bits, colour }: Pair): boolean {
  return bits <= NEAR_COPY.bits && colour <= NEAR_COPY.colour;
}

function nearest(train: readonly GoodImage[], { id, look, mirrorLook }: GoodImage): Pair | undefined {
  let best: Pair | undefined;
  for (const held of mirrorLook ? [look, mirrorLook] : [look])
    for (const other of train) {
      const bits = hashDistance(held, other.look, best?.bits);
      if (best && bits > best.bits) continue;
      const colour = colourDistance(held, other.look);
      if (!best || bits < best.bits || colour < best.colour)
        best = { train: other.id, val: id, bits, colour };
    }
  return best;
}
