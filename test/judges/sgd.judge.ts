/**
 * Our SGD against PyTorch's on the same batches: a step, ten steps, and steps after the learning rate has dropped.
 * Run by `.ci/run`, which installs PyTorch: `TORCH_PYTHON=python3 node --test build/test/judges/sgd.judge.js`.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Engine } from '../../src/nn/engine.js';
import type { Parameters } from '../../src/nn/net-state.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { tinyCase, withSession } from '../support/tiny-case.js';
import { type Course, judge, type Judgement } from './support/torch-case.js';

/** Ten steps, then as many at a tenth of the rate, as at the paper's drops (Sect. 3.1). */
const RATES = [...Array.from({ length: 10 }, () => 0.002), ...Array.from({ length: 10 }, () => 0.0002)];
const AFTER = [1, 10, 11, 20];

/** Of the way that a tensor has gone since it was drawn. */
const TOLERANCE = 1e-4;

// The paper's momentum and dropout, but a decay that shows within so few steps.
const numeric = tinyCase({ momentum: 0.9, weightDecay: 0.05, dropout: 0.5 });
const course: Course = { rates: RATES, after: AFTER, form: 'caffe' };
const theirs = judge(numeric, course).trained;

/** Our weights after each of {@link AFTER}. */
function train(engine: Engine): ReadonlyMap<number, Parameters> {
  return withSession(engine, numeric, (session) => {
    const found = new Map<number, Parameters>();
    for (const [step, rate] of RATES.entries()) {
      session.trainStep(numeric.batch, numeric.labels, { step, rate });
      if (AFTER.includes(step + 1)) found.set(step + 1, session.getState().weights);
    }
    return found;
  });
}

/** The largest ||ours - theirs|| / ||theirs - first|| of any tensor. */
function apart(ours: Parameters, judged: Judgement['gradients']): number {
  const distances = [...judged].map(([name, { data }]) => {
    const [mine, first] = [ours.get(name)!.data, numeric.state.weights.get(name)!.data];
    const length = (of: (i: number) => number) => Math.sqrt(data.reduce((sum, _, i) => sum + of(i) ** 2, 0));
    return length((i) => mine[i]! - data[i]!) / length((i) => data[i]! - first[i]!);
  });
  return Math.max(...distances);
}

for (const backend of availableBackends()) {
  test(`${backend}: weights are PyTorch's after one step, after ten, and after a drop of the rate`, async (t) => {
    const ours = train(await engineOf(backend));
    const found = AFTER.map((steps) => [steps, apart(ours.get(steps)!, theirs.get(steps)!)] as const);
    t.diagnostic(found.map(([steps, gap]) => `${steps} steps ${gap.toExponential(1)}`).join(', '));
    for (const [steps, gap] of found)
      assert.ok(gap <= TOLERANCE, `after ${steps} steps by ${gap} of the way`);
  });
}

test('the judge sees momentum in PyTorch’s own form, from the first step after the drop on', async (t) => {
  const ours = train(await engineOf(availableBackends()[0]!));
  const { trained } = judge(numeric, { ...course, form: 'torch' });
  const gaps = AFTER.map((steps) => apart(ours.get(steps)!, trained.get(steps)!));
  t.diagnostic(gaps.map((gap) => gap.toExponential(1)).join(', '));
  const [one, ten, eleven, twenty] = gaps as [number, number, number, number];
  assert.ok(one <= TOLERANCE && ten <= TOLERANCE);
  assert.ok(eleven > 100 * TOLERANCE && twenty > 100 * TOLERANCE);
});

test('the judge sees weights that do not decay', async () => {
  const engine = await engineOf(availableBackends()[0]!);
  const training = { ...numeric.training, weightDecay: 0 };
  const ours = withSession(engine, { ...numeric, training }, (session) => {
    session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: RATES[0]! });
    return session.getState().weights;
  });
  assert.ok(apart(ours, theirs.get(1)!) > 100 * TOLERANCE);
});
