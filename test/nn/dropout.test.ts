import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dropoutMask, type MaskPlace } from '../../src/nn/dropout.js';
import { readInstallation } from '../../src/nn/installation.js';
import { openOps } from '../../src/nn/open-engine.js';
import { streamKey } from '../../src/util/random.js';
import { availableBackends } from '../support/engines.js';

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

for (const backend of availableBackends())
  test(`${backend}: the mask on the device has the bits of the one in JavaScript`, async () => {
    const { binding } = readInstallation();
    const { ops } = await openOps({ backend, threads: 1, ...(binding !== undefined && { binding }) });
    const before = ops.liveArrays();
    fc.assert(
      fc.property(
        fc.nat(),
        fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.record({ step: fc.nat(), layer: fc.nat(60), firstRow: fc.nat(2 ** 30) }),
        (seed, shape, dropout, place) => {
          const key = streamKey(seed, 'dropout');
          const mask = ops.dropoutMask(key, shape, dropout, place);
          assert.deepEqual([...ops.download(mask)], [...dropoutMask(key, shape, dropout, place)]);
          ops.free(mask);
        },
      ),
    );
    assert.equal(ops.liveArrays(), before);
  });
