import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { Gate } from '../../src/util/gate.js';

test('what is under way never weighs more than the gate holds, and all goes through in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 20 }), async (weights) => {
      const gate = new Gate(10);
      let under = 0;
      const begun: number[] = [];
      const all = weights.map((weight, i) =>
        gate.through(weight, async () => {
          begun.push(i);
          under += Math.min(weight, 10);
          assert.ok(under <= 10);
          await nextTurn();
          under -= Math.min(weight, 10);
          return i;
        }),
      );
      const places = weights.map((_, i) => i);
      assert.deepEqual(await Promise.all(all), places);
      assert.deepEqual(begun, places);
    }),
  );
});

test('what fails makes room as well', async () => {
  const gate = new Gate(1);
  await assert.rejects(
    gate.through(1, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await gate.through(1, () => Promise.resolve(3)), 3);
});
