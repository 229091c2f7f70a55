import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LearningRate, type PlateauSchedule, rateAt } from '../../src/stages/train/schedule.js';

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

const plateau: PlateauSchedule = {
  kind: 'plateau',
  metric: 'top1',
  patience: 2,
  minDelta: 0.5,
  factor: 0.1,
  drops: 3,
};

/** The rate of the epoch after each of these errors. */
function ratesAfter(errors: readonly number[], changed: Partial<PlateauSchedule> = {}): readonly number[] {
  const rate = new LearningRate({ ...plateau, ...changed }, 1, 100);
  return errors.map((top1) => {
    rate.epochEnded({ top1, top5: 0, loss: 1 });
    return rate.at(0);
  });
}

test('the rate stays while the error falls, and drops after as many epochs without an improvement as are waited for', () => {
  assert.deepEqual(ratesAfter([50, 40, 30, 20]), [1, 1, 1, 1]);
  assert.deepEqual(ratesAfter([50, 50, 50, 50, 50]), [1, 1, 0.1, 0.1, 0.1 ** 2]);
  assert.deepEqual(ratesAfter([50, 51, 40, 41, 42]), [1, 1, 1, 1, 0.1]);
});

test('an improvement below the least that counts is none, also in many small steps', () => {
  assert.deepEqual(ratesAfter([50, 49.6, 49.5]), [1, 1, 0.1]);
  assert.deepEqual(ratesAfter([50, 49.6, 49.4]), [1, 1, 1]);
});

test('the rate drops three times and no more', () => {
  const rates = ratesAfter(Array<number>(20).fill(50));
  assert.equal(new Set(rates).size, 4);
  assert.ok(Math.abs(rates.at(-1)! / 1e-3 - 1) < 1e-9);
});

test('what is watched is the metric that the schedule names', () => {
  assert.deepEqual(ratesAfter([50, 40, 30], { metric: 'loss' }), [1, 1, 0.1]);
});
