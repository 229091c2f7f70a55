/**
 * The random colour shift of training images along the principal components of the training set's RGB
 * (Krizhevsky et al. 2012, Sect. 4.1; used by Sect. 3.1): [p1 p2 p3] [a1 s1, a2 s2, a3 s3]^T is added to each pixel
 * of an image, where p are the eigenvectors of the covariance and a are drawn anew for each image.
 */
import { symmetricEigen } from './symmetric-eigen.js';

/**
 * What stands for s. `pca`: the square roots of the eigenvalues, as in cuda-convnet: the shift's standard deviation
 * along p is that of the pixels times `sd`. `pca-literal`: the eigenvalues, as both papers print, which on pixels
 * of 0-255 is hundreds of grey levels.
 */
export type ColourReading = 'pca' | 'pca-literal' | 'none';

export interface ColourPolicy {
  readonly colour: ColourReading;
  /** Standard deviation of a. */
  readonly colourSd: number;
}

type Rgb = readonly [number, number, number];

/** Draws shifts in grey levels of 0-255; undefined where the policy has none. */
export class ColourShift {
  /** Columns are p times s times the standard deviation of a. */
  readonly #axes: readonly (readonly number[])[];

  /** @param covarianceRgb 3 x 3, squared grey levels */
  constructor(covarianceRgb: readonly (readonly number[])[], { colour, colourSd }: ColourPolicy) {
    const { values, vectors } = symmetricEigen(covarianceRgb);
    // Rounding can leave the smallest eigenvalue of grey images a little below zero.
    const lengths = values.map((value) => {
      const variance = Math.max(0, value);
      return colourSd * (colour === 'pca-literal' ? variance : Math.sqrt(variance));
    });
    this.#axes = vectors.map((row) => row.map((component, i) => component * lengths[i]!));
  }

  /** @param normals three draws of N(0, 1) */
  at(normals: readonly number[]): Rgb {
    const [red, green, blue] = this.#axes.map((row) =>
      row.reduce((sum, component, i) => sum + component * normals[i]!, 0),
    );
    return [red!, green!, blue!];
  }
}
