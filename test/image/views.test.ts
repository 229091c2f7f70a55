/** Where each method looks, beside tables written by hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { gridOffsets, SINGLE_METHODS, VIEWS, viewsOf } from '../../src/image/views.js';

const of = (width: number, height: number) => ({ width, height, data: new Uint8Array(0) });
const corners = (method: (typeof SINGLE_METHODS)[number], width: number, height: number, crop: number) =>
  viewsOf(of(width, height), method, crop).map(({ left, top }) => [left, top]);

for (const [side, crop, offsets] of [
  [256, 224, [0, 8, 16, 24, 32]],
  [384, 224, [0, 40, 80, 120, 160]],
  // A half is rounded up, which Python's round would not do: 0.5, 1.5 and 2.5.
  [226, 224, [0, 1, 1, 2, 2]],
  [230, 224, [0, 2, 3, 5, 6]],
  [341, 224, [0, 29, 59, 88, 117]],
  [64, 64, [0, 0, 0, 0, 0]],
  [97, 64, [0, 8, 17, 25, 33]],
] as const)
  test(`five crops of ${crop} px along ${side} px begin at ${offsets.join(', ')}`, () => {
    assert.deepEqual(gridOffsets(side, crop), offsets);
  });

test('the grid goes row by row, each side by its own room', () => {
  const [columns, rows] = [
    [0, 4, 8, 12, 16],
    [0, 1, 2, 3, 4],
  ];
  assert.deepEqual(
    corners('multi-crop', 80, 68, 64),
    rows.flatMap((top) => columns.map((left) => [left, top])),
  );
});

test('ten crops are the corners and the centre, mirrored', () => {
  assert.deepEqual(corners('ten-crop', 81, 70, 64), [
    ...[[0, 0] as const, [17, 0] as const],
    [8, 3],
    ...[[0, 6] as const, [17, 6] as const],
  ]);
});

test('the dense method sees the whole image, and the centre crop its middle', () => {
  const whole = { left: 0, top: 0, width: 81, height: 70, mirrored: false };
  assert.deepEqual(viewsOf(of(81, 70), 'dense', 64), [whole]);
  assert.deepEqual(corners('centre-crop', 81, 70, 64), [[8, 3]]);
});

test('every method has as many views as it costs, all of them inside of the image', () => {
  const side = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(side, side, side, fc.constantFrom(...SINGLE_METHODS), (width, height, wanted, method) => {
      const crop = Math.min(width, height, wanted);
      const views = viewsOf(of(width, height), method, crop);
      assert.equal(views.length, VIEWS[method]);
      for (const view of views) {
        assert.ok(view.left >= 0 && view.left + view.width <= width);
        assert.ok(view.top >= 0 && view.top + view.height <= height);
        if (method !== 'dense') assert.deepEqual([view.width, view.height], [crop, crop]);
      }
    }),
  );
});
