import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { rateAt } from '../../src/stages/train/schedule.js';

const paper = { kind: 'steps', at: [0.25, 0.5, 0.75], factor: 0.1 } as const;

function near(a: number, b: number): void {
  assert.ok(Math.abs(a / b - 1) < 1e-12, `${a}, not ${b}`);
}

test('the rate drops with the first step after each part, and not before', () => {
  for (const [step, rate] of [
    [0, 1e-2],
    [24, 1e-2],
    [25, 1e-3],
    [49, 1e-3],
    [50, 1e-4],
    [74, 1e-4],
    [75, 1e-5],
    [99, 1e-5],
  ] as const)
    near(rateAt(paper, 0.01, step, 100), rate);
});

test('parts in hundredths drop at that very step of a hundred', () => {
  for (let hundredth = 1; hundredth < 100; hundredth++) {
    const schedule = { kind: 'steps', at: [hundredth / 100], factor: 0.5 } as const;
    assert.equal(rateAt(schedule, 1, hundredth - 1, 100), 1, `before ${hundredth}`);
    assert.equal(rateAt(schedule, 1, hundredth, 100), 0.5, `at ${hundredth}`);
  }
});

test('without parts the rate stays', () => {
  assert.equal(rateAt({ kind: 'steps', at: [], factor: 0.1 }, 0.01, 99, 100), 0.01);
});

test('the rate never rises, and the order of the parts does not matter', () => {
  const at = fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 3 });
  fc.assert(
    fc.property(at, fc.integer({ min: 1, max: 60 }), (parts, steps) => {
      const rates = (order: readonly number[]) =>
        Array.from({ length: steps }, (_, step) =>
          rateAt({ kind: 'steps', at: order, factor: 0.1 }, 1, step, steps),
        );
      const falling = rates(parts);
      assert.deepEqual(
        falling,
        [...falling].sort((a, b) => b - a),
      );
      assert.deepEqual(rates([...parts].reverse()), falling);
    }),
  );
});
