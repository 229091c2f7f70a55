/** What an evaluation has of its images so far, as a save point has it, and back. */
import type { SavePoint } from '../../run/save-points.js';

/** Of some images, in the order of the index. */
interface Scored {
  /** [images, classes] */
  readonly posteriors: Float32Array;
  /** [images, classes] */
  readonly logPosteriors: Float32Array;
  /** Positions of the score maps of each image. */
  readonly positions: readonly number[];
}

export class Gathered {
  readonly #classes: number;
  readonly posteriors: Float32Array;
  readonly logPosteriors: Float32Array;
  /** Images, from the first. */
  #done = 0;
  #positions: readonly [number, number] = [Infinity, 0];

  constructor(images: number, classes: number) {
    this.#classes = classes;
    this.posteriors = new Float32Array(images * classes);
    this.logPosteriors = new Float32Array(images * classes);
  }

  get done(): number {
    return this.#done;
  }

  /** Fewest and most of an image. */
  get positions(): readonly [number, number] {
    return this.#positions;
  }

  /** The images that follow. */
  add({ posteriors, logPosteriors, positions }: Scored): void {
    this.posteriors.set(posteriors, this.#done * this.#classes);
    this.logPosteriors.set(logPosteriors, this.#done * this.#classes);
    this.#done += positions.length;
    this.#positions = [
      Math.min(this.#positions[0], ...positions),
      Math.max(this.#positions[1], ...positions),
    ];
  }

  get savePoint(): SavePoint {
    const done = (data: Float32Array) => ({
      shape: [this.#done, this.#classes],
      data: data.subarray(0, this.#done * this.#classes),
    });
    const arrays = new Map([
      ['posteriors', done(this.posteriors)],
      ['logPosteriors', done(this.logPosteriors)],
    ]);
    return { place: this.#done, facts: { positions: this.#positions }, arrays };
  }

  restore({ place, facts, arrays }: SavePoint): void {
    this.posteriors.set(arrays.get('posteriors')!.data);
    this.logPosteriors.set(arrays.get('logPosteriors')!.data);
    this.#done = place;
    this.#positions = (facts as { readonly positions: readonly [number, number] }).positions;
  }
}
