import assert from 'node:assert/strict';
import test from 'node:test';
import type { NetSession } from '../../src/nn/engine.js';
import { anyEngine } from '../support/engines.js';
import { gradientsOf, type NumericCase } from '../support/numeric-case.js';
import { tinyCase, withSession, withWeights } from '../support/tiny-case.js';

/** Weights looked at in each array: those with the largest gradients. */
const SAMPLES = 4;

/** Slope of the loss along one weight, by central differences over 2 `step`. */
function slope(
  session: NetSession,
  numeric: NumericCase,
  at: { readonly name: string; readonly index: number },
  step: number,
): number {
  const lossAt = (moved: number) => {
    const change = (name: string, data: Float32Array) =>
      name === at.name ? data.with(at.index, data[at.index]! + moved) : data;
    session.setState(withWeights(numeric.state, change));
    return session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0 });
  };
  return (lossAt(step) - lossAt(-step)) / (2 * step);
}

for (const dropout of [0, 0.5]) {
  test(`gradients are slopes of the loss at dropout ${dropout}, in each array's steepest weights`, async () => {
    const engine = await anyEngine();
    const numeric = tinyCase({ dropout });
    const gradients = gradientsOf(engine, numeric);
    let checked = 0;
    withSession(engine, numeric, (session) => {
      for (const [name, gradient] of gradients) {
        const steepest = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
        for (const index of steepest.slice(0, SAMPLES)) {
          const [wide, narrow] = [2 ** -7, 2 ** -8].map((step) =>
            slope(session, numeric, { name, index }, step),
          ) as [number, number];
          // ReLU and pools have kinks; where two steps differ, one lies between and neither is the slope.
          if (Math.abs(wide - narrow) > 0.01 * Math.abs(narrow)) continue;
          checked += 1;
          const error = Math.abs(narrow / gradient[index]! - 1);
          assert.ok(error < 0.03, `${name}[${index}]: ${narrow}, not ${gradient[index]!}`);
        }
      }
    });
    assert.ok(checked >= gradients.size, `only ${checked} weights lie away from kinks`);
  });
}
