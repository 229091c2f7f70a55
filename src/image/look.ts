/**
 * What an image looks like from afar, small enough to compare all images of one split with all of another: a
 * difference hash (Krawetz 2013, "Kind of like that") and a thumbnail of its colours.
 */
import sharp, { type Sharp } from 'sharp';
import type { Pixels } from './pixels.js';

/** Rows of the hash and bits a row; also the sides of the thumbnail. */
const SIDE = 16;
export const HASH_BITS = SIDE * SIDE;
const WORD_BITS = 32;

export interface Look {
  /** 256 bits, row-major, the lowest of a word first: whether the grey value rises to the right. */
  readonly hash: Uint32Array;
  /** 16 x 16 px of RGB, 0..255. */
  readonly colours: Uint8Array;
}

/**
 * Whatever the image's size and shape. The cubic filter's overshoot makes the hash tell of both ends of a flat
 * part, where plain means would be equal and their bits 0.
 */
export async function lookOf(image: Pixels): Promise<Look> {
  const [grey, colours] = await Promise.all([
    shrunk(image)
      .greyscale()
      .resize(SIDE + 1, SIDE, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer(),
    shrunk(image).resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer(),
  ]);
  const hash = new Uint32Array(HASH_BITS / WORD_BITS);
  for (let i = 0; i < HASH_BITS; i++) {
    const at = i + Math.floor(i / SIDE);
    if (grey[at + 1]! > grey[at]!) hash[i >> 5]! |= 1 << (i & 31);
  }
  return { hash, colours };
}

function shrunk({ width, height, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function mirrored({ width, height, data }: Pixels): Pixels {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      turned.set(data.subarray(from, from + 3), (y * width + width - 1 - x) * 3);
    }
  return { width, height, data: turned };
}

/** Bits that differ, 0..256; anything above `most` once they are more than that. */
export function hashDistance(a: Look, b: Look, most = HASH_BITS): number {
  let bits = 0;
  for (let i = 0; i < a.hash.length && bits <= most; i++) bits += ones(a.hash[i]! ^ b.hash[i]!);
  return bits;
}

/** Mean difference of the thumbnails, 0..255 grey levels; anything above `most` once it is more than that. */
export function colourDistance(a: Look, b: Look, most = 255): number {
  const { length } = a.colours;
  const limit = most * length;
  let sum = 0;
  for (let i = 0; i < length && sum <= limit; i++) sum += Math.abs(a.colours[i]! - b.colours[i]!);
  return sum / length;
}

/** Bits set in a word of 32 (Hacker's Delight, 5-2). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
