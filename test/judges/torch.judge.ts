/** Our nets against PyTorch. Run by `.ci/run`, which installs PyTorch: `TORCH_PYTHON=python3 node --test build/test/judges/torch.judge.js`. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../../src/nn/engine.js';
import { NET_NAMES } from '../../src/nn/nets.js';
import { availableBackends, engineOf } from '../support/engines.js';
import {
  gradientsOf,
  largestDeviation,
  type NumericCase,
  numericCase,
  trainCase,
} from '../support/numeric-case.js';
import { judge, type Judgement, worst } from './support/torch-case.js';

/** The design's tolerances. */
const SCORES = 1e-4;
const GRADIENTS = 1e-4;

function denseScores(engine: Engine, { net, state, dense }: NumericCase): Float32Array {
  const session = engine.open(net, state);
  try {
    return session.scoreMap(dense).data;
  } finally {
    session.close();
  }
}

/** A part of what PyTorch found, for the tests that run without it: test/nn/golden.test.ts. */
function summaryOf({ losses, gradients, scores }: Judgement) {
  const sampled = [...gradients].map(([name, { data }]) => {
    return [name, { norm: Math.hypot(...data), first: [...data.subarray(0, 3)] }] as const;
  });
  return { losses, gradients: Object.fromEntries(sampled), scores: [...scores] };
}

if (process.env['UPDATE_GOLDEN'] !== undefined) {
  const golden = fileURLToPath(new URL('../../../test/golden/torch-net-a.json', import.meta.url));
  writeFileSync(golden, `${JSON.stringify(summaryOf(judge(numericCase())), null, 1)}\n`);
}

/** The oracle takes half a minute a net; `npm test` compares it with the other backends on each net. */
const judged = (net: string) => availableBackends().filter((backend) => backend !== 'cpu' || net === 'A-LRN');

const judgements = new Map<string, Judgement>();

for (const [net, pooling, dropout] of [
  ...NET_NAMES.map((name) => [name, 'ceil', 0] as const),
  ['A', 'floor', 0],
  ['A', 'ceil', 0.5],
] as const) {
  const plain = numericCase({ net, pooling });
  const numeric = { ...plain, training: { ...plain.training, dropout } };
  const judgement = judge(numeric);
  judgements.set(`${net}, ${pooling}, ${dropout}`, judgement);
  for (const backend of judged(net)) {
    test(`${backend} agrees with PyTorch on net ${net}'s losses, gradients and dense scores, ${pooling} pooling, dropout ${dropout}`, async (t) => {
      const engine = await engineOf(backend);
      const scores = largestDeviation(denseScores(engine, numeric), judgement.scores);
      const gradients = worst(gradientsOf(engine, numeric), judgement.gradients);
      const { losses, state } = trainCase(engine, numeric);
      const trained = worst(
        new Map([...state.weights].map(([name, { data }]) => [name, data])),
        judgement.trained.get(numeric.steps)!,
      );
      const lossGap = Math.max(
        ...losses.map((loss, i) => Math.abs(loss - judgement.losses[i]!) / judgement.losses[i]!),
      );
      t.diagnostic(
        `scores ${scores.toExponential(1)}, gradients ${gradients.toExponential(1)}, losses ${lossGap.toExponential(1)}, weights after ${numeric.steps} steps ${trained.toExponential(1)}`,
      );
      const spread = Math.max(...judgement.scores) - Math.min(...judgement.scores);
      assert.ok(spread >= 1, `scores spread by ${spread}, too little to compare`);
      assert.ok(scores <= SCORES, `scores differ by ${scores}`);
      assert.ok(gradients <= GRADIENTS, `gradients differ by ${gradients}`);
      assert.ok(lossGap <= 1e-4, `losses differ by ${lossGap}`);
      assert.ok(trained <= 1e-3, `weights differ by ${trained} after training`);
    });
  }
}

const numeric = numericCase();
const judgement = judgements.get('A, ceil, 0')!;

test('the judge sees channels that are swapped', async () => {
  const { dense } = numeric;
  const swapped = { ...dense, data: dense.data.map((_, i) => dense.data[i - (i % 3) + (2 - (i % 3))]!) };
  const engine = await engineOf(availableBackends()[0]!);
  assert.ok(
    largestDeviation(denseScores(engine, { ...numeric, dense: swapped }), judgement.scores) > 100 * SCORES,
  );
});

test('the judge sees weights read in another order', async () => {
  const { state } = numeric;
  const first = state.weights.get('conv1_1.weight')!;
  const reversed = { ...first, data: first.data.slice().reverse() };
  const engine = await engineOf(availableBackends()[0]!);
  const mutated = {
    ...numeric,
    state: { ...state, weights: new Map(state.weights).set('conv1_1.weight', reversed) },
  };
  assert.ok(largestDeviation(denseScores(engine, mutated), judgement.scores) > 100 * SCORES);
});
