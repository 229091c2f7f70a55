import assert from 'node:assert/strict';
import test from 'node:test';
import type { Parameters } from '../../src/nn/net-state.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { gradientsOf } from '../support/numeric-case.js';
import { tinyCase, withSession } from '../support/tiny-case.js';

const MOMENTUM = 0.9;
const DECAY = 0.1;

/** A drop by ten after two steps: only then do Caffe's and PyTorch's forms part. */
const RATES = [0.01, 0.01, 0.001, 0.001];

interface Form {
  /** v from its predecessor and g + decay w. */
  velocity(v: number, gradient: number, rate: number): number;
  /** What is added to w. */
  change(v: number, rate: number): number;
  decaysBias?: boolean;
}

const CAFFE: Form = { velocity: (v, g, rate) => MOMENTUM * v - rate * g, change: (v) => v };
const PYTORCH: Form = { velocity: (v, g) => MOMENTUM * v + g, change: (v, rate) => -rate * v };

/** One array in float64. */
interface Reference {
  readonly w: Float64Array;
  readonly v: Float64Array;
}

function start(weights: Parameters): Map<string, Reference> {
  return new Map(
    [...weights].map(([name, { data }]) => [
      name,
      { w: Float64Array.from(data), v: new Float64Array(data.length) },
    ]),
  );
}

function update(
  reference: Map<string, Reference>,
  gradients: ReadonlyMap<string, Float32Array>,
  rate: number,
  form: Form,
): void {
  for (const [name, { w, v }] of reference) {
    const decay = name.endsWith('.bias') && !form.decaysBias ? 0 : DECAY;
    for (const [i, g] of gradients.get(name)!.entries()) {
      v[i] = form.velocity(v[i]!, g + decay * w[i]!, rate);
      w[i]! += form.change(v[i], rate);
    }
  }
}

/** The largest ||ours - reference|| / ||reference - first weights|| of any array. */
function worst(weights: Parameters, reference: Map<string, Reference>, first: Parameters): number {
  return Math.max(
    ...[...reference].map(([name, { w }]) => {
      const [ours, begun] = [weights.get(name)!.data, first.get(name)!.data];
      const distance = Math.hypot(...w.map((value, i) => value - ours[i]!));
      return distance / Math.hypot(...w.map((value, i) => value - begun[i]!));
    }),
  );
}

for (const backend of availableBackends()) {
  test(`${backend}: the update is Caffe's in float64 across a drop of the rate, with decay on weights only`, async () => {
    const engine = await engineOf(backend);
    const numeric = tinyCase({ momentum: MOMENTUM, weightDecay: DECAY });
    const first = numeric.state.weights;
    const caffe = start(first);
    const others = {
      'PyTorch’s momentum': { form: PYTORCH, reference: start(first) },
      'decay of biases': { form: { ...CAFFE, decaysBias: true }, reference: start(first) },
    };
    const weights = withSession(engine, numeric, (session) => {
      for (const [step, rate] of RATES.entries()) {
        const gradients = gradientsOf(engine, {
          ...numeric,
          state: { ...numeric.state, weights: session.getState().weights },
        });
        update(caffe, gradients, rate, CAFFE);
        for (const { form, reference } of Object.values(others)) update(reference, gradients, rate, form);
        session.trainStep(numeric.batch, numeric.labels, { step, rate });
      }
      return session.getState().weights;
    });
    const distance = worst(weights, caffe, first);
    assert.ok(distance < 1e-4, `differs by ${distance} of the way`);
    for (const [what, { reference }] of Object.entries(others))
      assert.ok(worst(weights, reference, first) > 1e-3, `${what} would not be noticed`);
  });
}
