import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropoutMask, type MaskPlace } from '../../src/nn/dropout.js';
import { streamKey } from '../../src/util/random.js';

const SHAPE = [50, 203] as const;
const PLACE: MaskPlace = { step: 3, layer: 5, firstRow: 0 };

const mask = (place: Partial<MaskPlace> = {}, seed = 1, shape: readonly [number, number] = SHAPE) =>
  dropoutMask(streamKey(seed, 'dropout'), shape, 0.3, { ...PLACE, ...place });

test('three in ten are dropped, and the others are enlarged so that the mean stays', () => {
  const values = mask();
  assert.deepEqual(new Set(values), new Set([0, Math.fround(1 / 0.7)]));
  const dropped = values.filter((value) => value === 0).length / values.length;
  // A deviation of 0.0046 for 10,150 units.
  assert.ok(Math.abs(dropped - 0.3) < 0.02, `${dropped}`);
});

test('a mask is another at each step, layer, row and seed, and no more alike than by chance', () => {
  const first = mask();
  const others = [mask({ step: 4 }), mask({ layer: 6 }), mask({}, 2), mask({ firstRow: 50 })];
  for (const other of others) {
    const alike = first.filter((value, i) => value === other[i]).length / first.length;
    // 0.7^2 + 0.3^2 of them, with a deviation of 0.005.
    assert.ok(Math.abs(alike - 0.58) < 0.025, `${alike}`);
  }
  const row = (i: number) => first.subarray(i * SHAPE[1], (i + 1) * SHAPE[1]);
  assert.notDeepEqual(row(0), row(1));
});

test('a row has the same mask however its batch is split', () => {
  const whole = mask();
  const parts = [mask({}, 1, [20, SHAPE[1]]), mask({ firstRow: 20 }, 1, [30, SHAPE[1]])];
  assert.deepEqual(Float32Array.from(parts.flatMap((part) => [...part])), whole);
});
