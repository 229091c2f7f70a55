import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAPER_CROP, realScale } from '../../src/spec/scales.js';

const crop = fc.integer({ min: 32, max: 448 });
const scale = fc.integer({ min: 224, max: 1024 });

test("the paper's crop leaves every scale as it is", () => {
  fc.assert(
    fc.property(scale, (px) => {
      assert.equal(realScale({ crop: PAPER_CROP }, px), px);
    }),
  );
});

test('a scale is nearer than half a pixel to its share of the crop, and the crop itself maps to the crop', () => {
  fc.assert(
    fc.property(crop, scale, (side, px) => {
      const real = realScale({ crop: side }, px);
      assert.ok(Number.isInteger(real));
      assert.ok(Math.abs(real - (px * side) / PAPER_CROP) <= 0.5);
      assert.equal(realScale({ crop: side }, PAPER_CROP), side);
    }),
  );
});

test('a larger scale never becomes a smaller one, nor less than the crop', () => {
  fc.assert(
    fc.property(crop, scale, scale, (side, a, b) => {
      const [small, large] = a < b ? [a, b] : [b, a];
      assert.ok(realScale({ crop: side }, small) <= realScale({ crop: side }, large));
      assert.ok(realScale({ crop: side }, small) >= side);
    }),
  );
});

test('an explicit scale wins, and only for itself', () => {
  const scales = { crop: 64, map: { 256: 96 } };
  assert.deepEqual(
    [224, 256, 288, 384, 512].map((px) => realScale(scales, px)),
    [64, 96, 82, 110, 146],
  );
});
