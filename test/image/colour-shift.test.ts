import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ColourShift } from '../../src/image/colour-shift.js';
import { symmetricEigen } from '../../src/image/symmetric-eigen.js';
import { sampleNormals, streamKey } from '../../src/util/random.js';

/** A^T A of random numbers: what a covariance can be, also of rank 1. */
const covariance = fc
  .array(fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((rows) =>
    [0, 1, 2].map((i) => [0, 1, 2].map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0))),
  );

const times = (matrix: readonly (readonly number[])[], vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, x, i) => sum + x * vector[i]!, 0));

const column = (matrix: readonly (readonly number[])[], i: number) => matrix.map((row) => row[i]!);

test('eigenvectors are orthonormal, and the matrix only stretches them, most first', () => {
  fc.assert(
    fc.property(covariance, (matrix) => {
      const { values, vectors } = symmetricEigen(matrix);
      const scale = Math.max(1, ...matrix.flat().map(Math.abs));
      for (let i = 0; i < 3; i++) {
        const stretched = times(matrix, column(vectors, i));
        for (const [k, x] of stretched.entries())
          assert.ok(Math.abs(x - values[i]! * vectors[k]![i]!) < 1e-9 * scale);
        for (let j = 0; j < 3; j++) {
          const product = column(vectors, i).reduce((sum, x, k) => sum + x * vectors[k]![j]!, 0);
          assert.ok(Math.abs(product - Number(i === j)) < 1e-9);
        }
      }
      assert.ok(values[0]! >= values[1]! && values[1]! >= values[2]!);
    }),
  );
});

const MATRIX = [
  [3600, 2800, 2500],
  [2800, 3000, 2600],
  [2500, 2600, 3300],
];

/** Standard deviations along the eigenvectors, and the means, of many images' shifts. */
function spread(colour: 'pca' | 'pca-literal') {
  const { values, vectors } = symmetricEigen(MATRIX);
  const shift = new ColourShift(MATRIX, { colour, colourSd: 0.1 });
  const key = streamKey(5, 'colour');
  const draws = 20_000;
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let image = 0; image < draws; image++) {
    const rgb = shift.at(sampleNormals(key, image));
    for (let i = 0; i < 3; i++) {
      const along = rgb.reduce((sum, x, k) => sum + x * vectors[k]![i]!, 0);
      sums[i]! += along / draws;
      squares[i]! += along ** 2 / draws;
    }
  }
  return { values, means: sums, deviations: squares.map(Math.sqrt) };
}

test("the shift's standard deviation along each component is a tenth of the pixels', and its mean is 0", () => {
  const { values, means, deviations } = spread('pca');
  for (const [i, value] of values.entries()) {
    const expected = 0.1 * Math.sqrt(value);
    // 20,000 draws: a standard error of 0.5% of the deviation, 0.7% of it in the mean.
    assert.ok(Math.abs(deviations[i]! / expected - 1) < 0.025, `${deviations[i]!} along ${i}`);
    assert.ok(Math.abs(means[i]!) < 0.035 * expected, `${means[i]!} along ${i}`);
  }
});

test('read literally, the shift is by the eigenvalues: hundreds of grey levels', () => {
  const { values, deviations } = spread('pca-literal');
  assert.ok(Math.abs(deviations[0]! / (0.1 * values[0]!) - 1) < 0.025);
  assert.ok(deviations[0]! > 500, `${deviations[0]!}`);
});

test('grey images, whose covariance has rank 1, are shifted in grey', () => {
  const grey = [0, 1, 2].map(() => [2500, 2500, 2500]);
  const rgb = new ColourShift(grey, { colour: 'pca', colourSd: 0.1 }).at([1, 1, 1]);
  for (const channel of rgb) assert.ok(Math.abs(channel - rgb[0]) < 1e-6);
});
