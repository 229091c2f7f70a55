import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ScoreMap } from '../../src/nn/engine.js';
import { meanScores, softmaxRows } from '../../src/nn/posterior.js';

const score = fc.float({ min: -30, max: 30, noNaN: true });
const map: fc.Arbitrary<ScoreMap> = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    rows: fc.integer({ min: 1, max: 3 }),
    columns: fc.integer({ min: 1, max: 3 }),
    classes: fc.integer({ min: 1, max: 4 }),
  })
  .chain((shape) => {
    const length = shape.count * shape.rows * shape.columns * shape.classes;
    return fc
      .array(score, { minLength: length, maxLength: length })
      .map((data) => ({ ...shape, data: Float32Array.from(data) }));
  });

function near(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((v, i) => Math.abs(v - b[i]!) < 1e-9);
}

test('scores are averaged over all positions of each image', () => {
  fc.assert(
    fc.property(map, (of) => {
      const { count, rows, columns, classes, data } = of;
      const positions = rows * columns;
      const expected = Array.from({ length: count * classes }, (_, i) => {
        const [image, k] = [Math.floor(i / classes), i % classes];
        const all = Array.from(
          { length: positions },
          (_p, p) => data[(image * positions + p) * classes + k]!,
        );
        return all.reduce((a, b) => a + b, 0) / positions;
      });
      assert.ok(near(meanScores(of), expected));
    }),
  );
});

test('posteriors are positive, sum to 1, keep the order of the scores and ignore what is added to all', () => {
  const rows = fc.array(fc.tuple(score, score, score), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rows, fc.double({ min: -100, max: 100, noNaN: true }), (scores, added) => {
      const flat = Float64Array.from(scores.flat());
      const posteriors = softmaxRows(flat, 3);
      for (let row = 0; row < posteriors.length; row += 3) {
        const own = [...posteriors.subarray(row, row + 3)];
        assert.ok(own.every((p) => p > 0) && Math.abs(own.reduce((a, b) => a + b, 0) - 1) < 1e-12);
        for (const [a, b] of [
          [0, 1],
          [1, 2],
        ] as const)
          assert.equal(Math.sign(own[a]! - own[b]!) * Math.sign(flat[row + a]! - flat[row + b]!) >= 0, true);
      }
      const shifted = softmaxRows(
        flat.map((v) => v + added),
        3,
      );
      assert.ok(near(shifted, posteriors));
    }),
  );
});

test('scores in the hundreds neither overflow nor vanish', () => {
  assert.deepEqual([...softmaxRows(Float64Array.of(1000, 0, -1000), 3)], [1, 0, 0]);
  assert.deepEqual([...softmaxRows(Float64Array.of(-900, -900), 2)], [0.5, 0.5]);
});

test('a soft-max before the average over positions would give other numbers', () => {
  // Two positions, one sure of class 0, one less sure of class 1.
  const of = { count: 1, rows: 1, columns: 2, classes: 2, data: Float32Array.of(6, 0, 0, 4) };
  const ours = softmaxRows(meanScores(of), 2);
  const [p0, p1] = [1 / (1 + Math.exp(-6)), 1 / (1 + Math.exp(4))];
  assert.ok(near(ours, [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(1))]));
  assert.ok(Math.abs(ours[0]! - (p0 + p1) / 2) > 0.1);
});
