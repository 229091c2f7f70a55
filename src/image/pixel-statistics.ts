/** Mean and covariance of RGB over a set of images, exact: integer sums do not depend on the order. */
import type { Pixels } from './pixels.js';

export interface PixelStatistics {
  readonly meanRgb: readonly [number, number, number];
  /** Population covariance of the channels over all pixels, 3 x 3, in squared grey levels. */
  readonly covarianceRgb: readonly (readonly number[])[];
  readonly pixels: number;
}

export class PixelSums {
  readonly #sums = [0n, 0n, 0n];
  readonly #products = [0, 1, 2].map(() => [0n, 0n, 0n]);
  #pixels = 0;

  add({ data }: Pixels): void {
    const sums = [0, 0, 0];
    let rr = 0,
      rg = 0,
      rb = 0,
      gg = 0,
      gb = 0,
      bb = 0;
    for (let i = 0; i < data.length; i += 3) {
      const r = data[i]!;
      const g = data[i + 1]!;
      const b = data[i + 2]!;
      sums[0]! += r;
      sums[1]! += g;
      sums[2]! += b;
      rr += r * r;
      rg += r * g;
      rb += r * b;
      gg += g * g;
      gb += g * b;
      bb += b * b;
    }
    sums.forEach((sum, i) => (this.#sums[i]! += BigInt(sum)));
    [
      [rr, rg, rb],
      [rg, gg, gb],
      [rb, gb, bb],
    ].forEach((row, i) => {
      row.forEach((product, j) => (this.#products[i]![j]! += BigInt(product)));
    });
    this.#pixels += data.length / 3;
  }

  /** @throws if no image was added */
  statistics(): PixelStatistics {
    if (this.#pixels === 0) throw new Error('Internal error: statistics of no pixels');
    const mean = this.#sums.map((sum) => Number(sum) / this.#pixels) as [number, number, number];
    const covarianceRgb = this.#products.map((row, i) =>
      row.map((product, j) => Number(product) / this.#pixels - mean[i]! * mean[j]!),
    );
    return { meanRgb: mean, covarianceRgb, pixels: this.#pixels };
  }
}
