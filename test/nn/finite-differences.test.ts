import assert from 'node:assert/strict';
import test from 'node:test';
import type { NetSession } from '../../src/nn/engine.js';
import { normals, streamKey } from '../../src/util/random.js';
import { anyEngine } from '../support/engines.js';
import { gradientsOf, type NumericCase } from '../support/numeric-case.js';
import { tinyCase, withSession, withWeights } from '../support/tiny-case.js';

/** Weights looked at in each array: those with the largest gradients. */
const SAMPLES = 4;

const STEP = 2 ** -10;

/** Slopes of the loss along one weight, to its left and to its right: at a kink of a ReLU or a pool they differ. */
function slopes(session: NetSession, numeric: NumericCase, name: string, index: number): number[] {
  const lossAt = (moved: number) => {
    const change = (n: string, data: Float32Array) =>
      n === name ? data.with(index, data[index]! + moved) : data;
    session.setState(withWeights(numeric.state, change));
    return session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0 });
  };
  const here = lossAt(0);
  return [(here - lossAt(-STEP)) / STEP, (lossAt(STEP) - here) / STEP];
}

/** With biases of 0, units whose inputs are all 0 stand exactly on ReLU's kink, where a slope is half a gradient. */
function withoutExactKinks(numeric: NumericCase): NumericCase {
  const state = withWeights(numeric.state, (name, data) =>
    name.endsWith('.bias') ? normals(streamKey(6, name), data.length, 0.1) : data,
  );
  return { ...numeric, state };
}

for (const dropout of [0, 0.5]) {
  test(`gradients are slopes of the loss at dropout ${dropout}, in each array's steepest weights`, async () => {
    const engine = await anyEngine();
    const numeric = withoutExactKinks(tinyCase({ dropout }));
    const gradients = gradientsOf(engine, numeric);
    withSession(engine, numeric, (session) => {
      for (const [name, gradient] of gradients) {
        const steepest = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
        const largest = Math.abs(gradient[steepest[0]!]!);
        for (const index of steepest.slice(0, SAMPLES)) {
          const expected = gradient[index]!;
          const measured = slopes(session, numeric, name, index);
          const error = Math.min(...measured.map((slope) => Math.abs(slope - expected)));
          // The first layers' weights move so many ReLUs and pools that some turn within the step.
          const tolerance = /^conv[12]/.test(name) ? 0.1 : 0.03;
          assert.ok(
            error < tolerance * largest,
            `${name}[${index}]: ${measured.join(' to ')}, not ${expected}`,
          );
        }
      }
    });
  });
}
