/** Keyed draws: the same (seed, stream, index) gives the same number on any machine, in any order. */
import { createHash } from 'node:crypto';
import { type PhiloxKey, philoxBlock, philoxWords, unitInterval } from './philox.js';

/** Numbers drawn at a time; whole blocks of four words. */
const STRETCH = 2 ** 16;

/** The key of one stream ('augment', 'dropout', 'order' ...) of one seed. */
export function streamKey(seed: number, stream: string): PhiloxKey {
  const digest = createHash('sha256').update(`${seed}/${stream}`).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/**
 * The seed of a training that starts from a trained net: with that net's own it would draw the same weights, order,
 * crops and masks once more, and call learning what is repeating.
 * @param trainings behind the weights that it starts from; 0 for weights that are drawn
 */
export function seedAfter(seed: number, trainings: number): number {
  if (trainings === 0) return seed;
  return createHash('sha256').update(`${seed} after ${trainings}`).digest().readUIntLE(0, 6);
}

/** Four numbers in [0, 1) that belong to one sample (an image at one place of the training stream). */
export function sampleDraws(key: PhiloxKey, sample: number): readonly [number, number, number, number] {
  const words = new Uint32Array(4);
  philoxBlock(key, [sample >>> 0, Math.floor(sample / 2 ** 32), 0, 0], words);
  return [unitInterval(words[0]!), unitInterval(words[1]!), unitInterval(words[2]!), unitInterval(words[3]!)];
}

/** Four draws of N(0, 1) that belong to one sample, by Box-Muller. */
export function sampleNormals(key: PhiloxKey, sample: number): readonly [number, number, number, number] {
  const [a, b, c, d] = sampleDraws(key, sample);
  // 1 - a is never 0, so the logarithm is finite.
  const [first, second] = [Math.sqrt(-2 * Math.log(1 - a)), Math.sqrt(-2 * Math.log(1 - c))];
  const [alpha, beta] = [2 * Math.PI * b, 2 * Math.PI * d];
  return [first * Math.cos(alpha), first * Math.sin(alpha), second * Math.cos(beta), second * Math.sin(beta)];
}

/** An integer in [low, high], both ends included, from a number in [0, 1). */
export function integerBetween(low: number, high: number, draw: number): number {
  return low + Math.floor(draw * (high - low + 1));
}

/** A permutation of 0 .. length-1 (Fisher-Yates), keyed by `epoch`. */
export function permutation(key: PhiloxKey, epoch: number, length: number): Uint32Array {
  const words = philoxWords(key, 0, [epoch, 0], length);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    // 32 bits scaled to i + 1 values: the bias is below (i + 1) / 2^32.
    const j = Math.floor((words[i]! / 2 ** 32) * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** `length` draws of N(0, standardDeviation^2) by Box-Muller, in float32. */
export function normals(key: PhiloxKey, length: number, standardDeviation: number): Float32Array {
  const values = new Float32Array(length);
  // In stretches: the words of a large layer would take as much memory as its weights.
  for (let first = 0; first < length; first += STRETCH) {
    const count = Math.min(STRETCH, length - first);
    const words = philoxWords(key, first / 4, [0, 0], count + (count % 2));
    for (let i = 0; i < count; i += 2) {
      // (word + 0.5) / 2^32 is never 0, so the logarithm is finite.
      const radius = standardDeviation * Math.sqrt(-2 * Math.log((words[i]! + 0.5) / 2 ** 32));
      const angle = (2 * Math.PI * words[i + 1]!) / 2 ** 32;
      values[first + i] = radius * Math.cos(angle);
      if (i + 1 < count) values[first + i + 1] = radius * Math.sin(angle);
    }
  }
  return values;
}
