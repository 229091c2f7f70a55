import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Sampler, totalSteps } from '../../src/stages/train/sampler.js';

const images = fc.integer({ min: 1, max: 40 });
const size = fc.integer({ min: 1, max: 50 });
const seed = fc.nat();

function stream(sampler: Sampler, steps: number, batch: number): number[] {
  return Array.from({ length: steps }, (_, step) => sampler.batch(step, batch))
    .flat()
    .map(({ image }) => image);
}

test('every image comes once an epoch, whatever the batch, which wraps into the next epoch', () => {
  fc.assert(
    fc.property(images, size, seed, (count, batch, s) => {
      const order = stream(new Sampler(count, s), Math.ceil((3 * count) / batch), batch);
      for (let epoch = 0; epoch < 3; epoch++) {
        const part = order.slice(epoch * count, (epoch + 1) * count).sort((a, b) => a - b);
        assert.deepEqual(part, [...Array(count).keys()]);
      }
    }),
  );
});

test('batches are always full and number their places without a gap', () => {
  fc.assert(
    fc.property(images, size, fc.nat({ max: 100 }), (count, batch, step) => {
      const positions = new Sampler(count, 1).batch(step, batch).map(({ position }) => position);
      assert.deepEqual(
        positions,
        Array.from({ length: batch }, (_, i) => step * batch + i),
      );
    }),
  );
});

test('a batch does not depend on which were asked for before', () => {
  fc.assert(
    fc.property(images, size, fc.array(fc.nat({ max: 30 }), { minLength: 1 }), (count, batch, steps) => {
      const used = new Sampler(count, 5);
      for (const step of steps)
        assert.deepEqual(used.batch(step, batch), new Sampler(count, 5).batch(step, batch));
    }),
  );
});

test('epochs are shuffled anew, and seeds shuffle differently', () => {
  const order = stream(new Sampler(30, 1), 2, 30);
  assert.notDeepEqual(order.slice(0, 30), order.slice(30));
  assert.notDeepEqual(stream(new Sampler(30, 2), 1, 30), order.slice(0, 30));
});

test('steps are the epochs’ images over the batch, rounded, and at least one', () => {
  assert.equal(totalSteps(1_281_167, 74, 256), 370_337);
  assert.equal(totalSteps(1000, 1, 256), 4);
  assert.equal(totalSteps(10, 0.1, 256), 1);
});
