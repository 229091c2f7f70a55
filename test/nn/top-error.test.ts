import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { topErrors } from '../../src/nn/top-error.js';

/** Sorts the classes, best first, ties by class index; NaN of the label last. */
function naive(rows: readonly number[][], labels: readonly number[]) {
  const places = rows.map((row, i) =>
    [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).indexOf(labels[i]!),
  );
  return {
    top1Wrong: places.filter((place) => place >= 1).length,
    top5Wrong: places.filter((place) => place >= 5).length,
    images: rows.length,
  };
}

test('errors are those of sorting, with ties by class index', () => {
  const value = fc.constantFrom(0, 0.125, 0.25, 0.5);
  const set = fc.integer({ min: 1, max: 9 }).chain((classes) => {
    const row = fc.array(value, { minLength: classes, maxLength: classes });
    return fc.array(fc.tuple(row, fc.nat({ max: classes - 1 })), { minLength: 1, maxLength: 8 });
  });
  fc.assert(
    fc.property(set, (images) => {
      const rows = images.map(([row]) => row);
      const labels = images.map(([, label]) => label);
      assert.deepEqual(topErrors(Float32Array.from(rows.flat()), labels), naive(rows, labels));
    }),
  );
});

test('among equal scores the lower class index ranks first', () => {
  const equal = new Float32Array(7);
  const wrong = (label: number) => {
    const { top1Wrong, top5Wrong } = topErrors(equal, [label]);
    return [top1Wrong, top5Wrong];
  };
  assert.deepEqual([0, 1, 4, 5, 6].map(wrong), [
    [0, 0],
    [1, 0],
    [1, 0],
    [1, 1],
    [1, 1],
  ]);
});

test('a score of NaN never counts as right', () => {
  const classes = 6;
  for (let label = 0; label < classes; label++) {
    const own = new Float32Array(classes).fill(0.1);
    own[label] = NaN;
    const all = new Float32Array(classes).fill(NaN);
    for (const row of [own, all])
      assert.deepEqual(topErrors(row, [label]), { top1Wrong: 1, top5Wrong: 1, images: 1 });
  }
});

test('with five classes or fewer the top-5 error is zero', () => {
  assert.equal(topErrors(Float32Array.of(5, 4, 3, 2, 1), [4]).top5Wrong, 0);
});
