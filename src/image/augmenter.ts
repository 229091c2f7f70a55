/** What augmentation does to the sample at one place of the training stream: a function of seed and place alone. */
import type { PhiloxKey } from '../util/philox.js';
import { integerBetween, sampleDraws, sampleNormals, streamKey } from '../util/random.js';
import type { Augmentation } from './augmentation.js';
import { cropWindow, type Normalisation, type Window } from './batch.js';
import { ColourShift } from './colour-shift.js';
import type { Pixels } from './pixels.js';

/** Smallest side S of the rescaled image, px: fixed, or drawn for each sample with both ends included (Sect. 3.1). */
export interface ScaleRange {
  readonly min: number;
  readonly max: number;
}

export class Augmenter {
  readonly #augmentation: Augmentation;
  readonly #scale: ScaleRange;
  /** Left, top, mirror, scale. */
  readonly #places: PhiloxKey;
  readonly #colours: PhiloxKey;
  readonly #shift: ColourShift | undefined;

  constructor(augmentation: Augmentation, scale: ScaleRange, seed: number) {
    const { policy, covarianceRgb } = augmentation;
    this.#augmentation = augmentation;
    this.#scale = scale;
    this.#places = streamKey(seed, 'augment');
    this.#colours = streamKey(seed, 'colour');
    this.#shift = policy.colour === 'none' ? undefined : new ColourShift(covarianceRgb, policy);
  }

  /** Smallest side to which the sample's image is rescaled, px. */
  side(position: number): number {
    const { min, max } = this.#scale;
    return integerBetween(min, max, sampleDraws(this.#places, position)[3]);
  }

  /**
   * The sample's part of its rescaled image.
   * @param crop side of the square crop, at most the image's smallest side, px
   */
  window(image: Pixels, crop: number, position: number): Window {
    return cropWindow(image, crop, this.#augmentation.policy, sampleDraws(this.#places, position));
  }

  /** `to` with the sample's colour shift, grey levels of 0-255. */
  normalisation(to: Normalisation, position: number): Normalisation {
    if (!this.#shift) return to;
    const [red, green, blue] = this.#shift.at(sampleNormals(this.#colours, position));
    const [r, g, b] = to.meanRgb;
    return { ...to, meanRgb: [r - red, g - green, b - blue] };
  }
}
