/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011). A number depends only on its key and counter, never on what was drawn before, so
 * any split of the work and any resume draws the same bits. TensorFlow's StatelessRandomUniformV2 is the
 * same generator with the same layout; a test compares the two.
 */

/** 64 bits of key, low word first. One key per (seed, stream): see {@link streamKey}. */
export type PhiloxKey = readonly [number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** High 32 bits of the product of two unsigned 32-bit integers, with no product above 2^53. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/**
 * Writes the four unsigned 32-bit words of one counter into `out[offset .. offset + 3]`.
 * @param counter four 32-bit words, lowest first
 */
export function philoxBlock(
  key: PhiloxKey,
  counter: readonly [number, number, number, number],
  out: Uint32Array,
  offset = 0,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = highProduct(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

/** A word's low 23 bits as a float32 in [0, 1), as TensorFlow does it. */
export function unitInterval(word: number): number {
  return (word & 0x7fffff) / 0x800000;
}

/**
 * `length` consecutive words of the stream that starts at the 128-bit counter
 * (`first`, `high[0]`, `high[1]`), where `first` (below 2^53) is its low 64 bits and counts blocks of four.
 */
export function philoxWords(
  key: PhiloxKey,
  first: number,
  high: readonly [number, number],
  length: number,
): Uint32Array {
  const blocks = Math.ceil(length / 4);
  const words = new Uint32Array(blocks * 4);
  for (let block = 0; block < blocks; block++) {
    const low = first + block;
    philoxBlock(key, [low >>> 0, Math.floor(low / 2 ** 32), high[0], high[1]], words, block * 4);
  }
  return words.subarray(0, length);
}
