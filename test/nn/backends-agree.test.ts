import assert from 'node:assert/strict';
import test from 'node:test';
import type { Backend } from '../../src/nn/engine.js';
import { availableBackends, engineOf } from '../support/engines.js';
import {
  gradientsOf,
  largestDeviation,
  type NumericCase,
  relativeDistance,
  trainCase,
} from '../support/numeric-case.js';
import { tinyCase, withSession } from '../support/tiny-case.js';

const TOLERANCE = 1e-4;
const [oracle, ...others] = [...availableBackends()].reverse() as [Backend, ...Backend[]];

async function numbersOf(backend: Backend, numeric: NumericCase) {
  const engine = await engineOf(backend);
  return {
    losses: trainCase(engine, numeric).losses,
    gradients: gradientsOf(engine, numeric),
    scores: withSession(engine, numeric, (session) => session.scoreMap(numeric.dense)),
  };
}

for (const dropout of [0, 0.5]) {
  const numeric = tinyCase({ dropout });

  test(`all backends agree with ${oracle} at dropout ${dropout}`, async () => {
    const expected = await numbersOf(oracle, numeric);
    assert.equal(new Set(expected.losses).size, numeric.steps);
    for (const backend of others) {
      const { losses, gradients, scores } = await numbersOf(backend, numeric);
      for (const [step, loss] of losses.entries()) {
        const gap = Math.abs(loss / expected.losses[step]! - 1);
        assert.ok(gap <= TOLERANCE, `${backend}: loss of step ${step} by ${gap}`);
      }
      for (const [name, gradient] of expected.gradients) {
        const distance = relativeDistance(gradients.get(name)!, gradient);
        assert.ok(distance <= TOLERANCE, `${backend}: gradient of ${name} by ${distance}`);
      }
      const { data, ...shape } = scores;
      const { data: expectedData, ...expectedShape } = expected.scores;
      assert.deepEqual(shape, expectedShape);
      assert.ok(largestDeviation(data, expectedData) <= TOLERANCE, `${backend}: dense scores`);
    }
  });
}

test('dropout changes the loss, and a step has the masks of its own number', async () => {
  const engine = await engineOf(oracle);
  const lossOf = (dropout: number, step: number, seed = 7) => {
    const numeric = tinyCase({ dropout, seed });
    return withSession(engine, numeric, (session) =>
      session.trainStep(numeric.batch, numeric.labels, { step, rate: 0 }),
    );
  };
  assert.equal(lossOf(0.5, 3), lossOf(0.5, 3));
  assert.equal(new Set([lossOf(0, 0), lossOf(0.5, 0), lossOf(0.5, 1), lossOf(0.5, 0, 8)]).size, 4);
  assert.equal(lossOf(0, 0), lossOf(0, 1));
});
