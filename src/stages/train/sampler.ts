/** Which image stands at which place of training: an endless stream of shuffled epochs, cut into batches. */
import type { PhiloxKey } from '../../util/philox.js';
import { permutation, streamKey } from '../../util/random.js';

/** One place of the stream. */
export interface Sample {
  /** Place in the stream, from 0: keys the sample's augmentation. */
  readonly position: number;
  /** Index of the image. */
  readonly image: number;
}

/** Every image once an epoch; the incomplete last batch wraps into the next epoch. */
export class Sampler {
  readonly #key: PhiloxKey;
  readonly #images: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(images: number, seed: number) {
    this.#key = streamKey(seed, 'order');
    this.#images = images;
  }

  /** The samples of step `step` (from 0). */
  batch(step: number, size: number): Sample[] {
    return Array.from({ length: size }, (_, i) => {
      const position = step * size + i;
      return { position, image: this.#imageAt(position) };
    });
  }

  #imageAt(position: number): number {
    const epoch = Math.floor(position / this.#images);
    if (epoch !== this.#epoch) {
      this.#order = permutation(this.#key, epoch, this.#images);
      this.#epoch = epoch;
    }
    return this.#order[position % this.#images]!;
  }
}

/** Steps of a training, at least 1. */
export function totalSteps(images: number, epochs: number, batch: number): number {
  return Math.max(1, Math.round((epochs * images) / batch));
}
