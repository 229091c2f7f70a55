import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { pixelDeviation, readAugmentation, writeAugmentation } from '../../src/image/augmentation.js';
import { PixelSums } from '../../src/image/pixel-statistics.js';
import type { Pixels } from '../../src/image/pixels.js';
import { noise, painted } from '../support/pictures.js';

function statisticsOf(images: readonly Pixels[]) {
  const sums = new PixelSums();
  for (const image of images) sums.add(image);
  return sums.statistics();
}

/** Two passes in float64: the mean, then products of differences from it. */
function naive(images: readonly Pixels[]) {
  const pixels = images.flatMap(({ data }) =>
    Array.from({ length: data.length / 3 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)]),
  );
  const average = (of: (pixel: number[]) => number) => pixels.reduce((s, p) => s + of(p), 0) / pixels.length;
  const mean = [0, 1, 2].map((c) => average((p) => p[c]!));
  const covariance = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => average((p) => (p[i]! - mean[i]!) * (p[j]! - mean[j]!))),
  );
  return { mean, covariance, pixels: pixels.length };
}

const size = fc.integer({ min: 1, max: 12 });
const image = fc.tuple(size, size, fc.nat()).map(([width, height, seed]) => noise(width, height, seed));
const images = fc.array(image, { minLength: 1, maxLength: 6 });

test('mean and covariance are those of a naive computation over all pixels', () => {
  fc.assert(
    fc.property(images, (set) => {
      const { meanRgb, covarianceRgb, pixels } = statisticsOf(set);
      const expected = naive(set);
      assert.equal(pixels, expected.pixels);
      for (let i = 0; i < 3; i++) {
        assert.ok(Math.abs(meanRgb[i]! - expected.mean[i]!) < 1e-9);
        for (let j = 0; j < 3; j++)
          assert.ok(Math.abs(covarianceRgb[i]![j]! - expected.covariance[i]![j]!) < 1e-7);
      }
    }),
  );
});

test('the order of the images does not change one bit', () => {
  fc.assert(
    fc.property(images, (set) => {
      assert.deepEqual(statisticsOf([...set].reverse()), statisticsOf(set));
    }),
  );
});

test('each pixel has the same weight, so a large image counts for more than a small one', () => {
  const black = painted(1, 1, () => 0);
  const white = painted(3, 1, () => 255);
  assert.deepEqual(statisticsOf([black, white]).meanRgb, [191.25, 191.25, 191.25]);
});

test('statistics of nothing are an error of ours', () => {
  assert.throws(() => new PixelSums().statistics(), /no pixels/);
});

test('the deviation of a pixel is over the three channels about the mean colour', () => {
  // Red is 0 or 20 (variance 100), green constant, blue 0 or 40 (variance 400).
  const half = painted(2, 1, (x, _y, channel) => [20 * x, 7, 40 * x][channel]!);
  assert.ok(Math.abs(pixelDeviation(statisticsOf([half])) - Math.sqrt(500 / 3)) < 1e-9);
});

test('an augmentation is read as it was written', async () => {
  const augmentation = {
    policy: { crop: 'random', mirror: true, colour: 'pca', colourSd: 0.1 },
    images: 2,
    ...statisticsOf([noise(5, 4), noise(3, 3)]),
  } as const;
  const files = new Map(Object.entries(writeAugmentation(augmentation)));
  const read = await readAugmentation({ read: (file) => Promise.resolve(Buffer.from(files.get(file)!)) });
  assert.deepEqual(read, augmentation);
});
