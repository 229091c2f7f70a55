import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { rescaledSize } from '../../src/image/rescale.js';

const px = fc.integer({ min: 1, max: 16384 });
const side = fc.integer({ min: 1, max: 1024 });

test('the smallest side is exact and the long side is floor(side * long / short + 0.5)', () => {
  fc.assert(
    fc.property(px, px, side, (width, height, Q) => {
      const [short, long] = [Math.min(width, height), Math.max(width, height)];
      // floor(Q long / short + 1/2) in whole numbers.
      const expected = Number((2n * BigInt(Q) * BigInt(long) + BigInt(short)) / (2n * BigInt(short)));
      const size = rescaledSize(width, height, Q);
      assert.deepEqual([Math.min(size.width, size.height), Math.max(size.width, size.height)], [Q, expected]);
      assert.equal(size.width <= size.height, width <= height || size.width === size.height);
    }),
    { numRuns: 1000 },
  );
});

test('turning an image turns its rescaled size', () => {
  fc.assert(
    fc.property(px, px, side, (width, height, Q) => {
      const size = rescaledSize(width, height, Q);
      assert.deepEqual(rescaledSize(height, width, Q), { width: size.height, height: size.width });
    }),
  );
});

test('halves are rounded up, and photographs get the sizes of the paper’s pipeline', () => {
  assert.deepEqual(rescaledSize(500, 375, 256), { width: 341, height: 256 });
  assert.deepEqual(rescaledSize(375, 500, 256), { width: 256, height: 341 });
  assert.deepEqual(rescaledSize(2, 5, 1), { width: 1, height: 3 });
  assert.deepEqual(rescaledSize(10, 20, 96), { width: 96, height: 192 });
});
