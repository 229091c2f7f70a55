/** Finite differences: slopes of the loss against the gradients that a backward pass gives. */
import assert from 'node:assert/strict';
import type { Engine, NetSession } from '../../../src/nn/engine.js';
import { normals, streamKey } from '../../../src/util/random.js';
import { gradientsOf, type NumericCase } from '../../support/numeric-case.js';
import { withSession, withWeights } from '../../support/tiny-case.js';

/** Weights looked at in each array: those with the largest gradients. */
const SAMPLES = 4;

const STEP = 2 ** -10;

/** The loss with one weight moved. */
type MovedLoss = (name: string, index: number, moved: number) => number;

function movedLoss(session: NetSession, { state, batch, labels }: NumericCase): MovedLoss {
  return (name, index, moved) => {
    const change = (n: string, data: Float32Array) =>
      n === name ? data.with(index, data[index]! + moved) : data;
    session.setState(withWeights(state, change));
    return session.trainStep(batch, labels, { step: 0, rate: 0 });
  };
}

/** Slopes of the loss along one weight, to its left and to its right: at a kink of a ReLU or a pool they differ. */
function slopes(lossAt: (moved: number) => number, here: number): number[] {
  return [(here - lossAt(-STEP)) / STEP, (lossAt(STEP) - here) / STEP];
}

/** With biases of 0, units whose inputs are all 0 stand exactly on ReLU's kink, where a slope is half a gradient. */
export function withoutExactKinks(numeric: NumericCase): NumericCase {
  const state = withWeights(numeric.state, (name, data) =>
    name.endsWith('.bias') ? normals(streamKey(6, name), data.length, 0.1) : data,
  );
  return { ...numeric, state };
}

/** Fails unless the gradients are slopes of the loss, in the steepest weights of each array whose name is wanted. */
export function assertGradientsAreSlopes(engine: Engine, numeric: NumericCase, wanted = /./): void {
  const gradients = [...gradientsOf(engine, numeric)].filter(([name]) => wanted.test(name));
  assert.ok(gradients.length > 0);
  withSession(engine, numeric, (session) => {
    const lossAt = movedLoss(session, numeric);
    const here = lossAt('', 0, 0);
    for (const [name, gradient] of gradients) {
      const steepest = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
      const largest = Math.abs(gradient[steepest[0]!]!);
      for (const index of steepest.slice(0, SAMPLES)) {
        const expected = gradient[index]!;
        const measured = slopes((moved) => lossAt(name, index, moved), here);
        const error = Math.min(...measured.map((slope) => Math.abs(slope - expected)));
        // The first layers' weights move so many ReLUs and pools that some turn within the step.
        const tolerance = /^[a-z-]+[12]_/.test(name) ? 0.1 : 0.03;
        assert.ok(
          error < tolerance * largest,
          `${name}[${index}]: ${measured.join(' to ')}, not ${expected}`,
        );
      }
    }
  });
}
