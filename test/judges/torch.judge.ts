/** Our nets against PyTorch. Run by `.ci/run`, which installs PyTorch: `TORCH_PYTHON=python3 node --test build/test/judges/torch.judge.js`. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../../src/nn/engine.js';
import { dropoutMask } from '../../src/nn/dropout.js';
import { streamKey } from '../../src/util/random.js';
import { readNpy, writeNpy } from '../../src/util/npy.js';
import { readSafetensors, writeSafetensors } from '../../src/util/safetensors.js';
import { availableBackends, engineOf } from '../support/engines.js';
import {
  gradientsOf,
  largestDeviation,
  layersOf,
  type NumericCase,
  numericCase,
  relativeDistance,
  trainCase,
} from '../support/numeric-case.js';

const JUDGE = fileURLToPath(new URL('../../../test/judges/torch_judge.py', import.meta.url));
const python = process.env['TORCH_PYTHON'] ?? 'python3';

/** The design's tolerances. */
const SCORES = 1e-4;
const GRADIENTS = 1e-4;

interface Judgement {
  readonly losses: readonly number[];
  readonly gradients: ReadonlyMap<string, { readonly data: Float32Array }>;
  readonly trained: ReadonlyMap<string, { readonly data: Float32Array }>;
  readonly scores: Float32Array;
}

function judge(numeric: NumericCase): Judgement {
  const { net, state, batch, labels, dense, training, rate, steps } = numeric;
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-judge-'));
  try {
    const images = (of: typeof batch) =>
      writeNpy({ shape: [of.count, of.height, of.width, 3], data: of.data });
    writeFileSync(join(folder, 'images.npy'), images(batch));
    writeFileSync(join(folder, 'dense.npy'), images(dense));
    writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(state.weights));
    const { momentum, weightDecay } = training;
    const description = {
      layers: layersOf(net),
      pooling: net.shape.pooling,
      labels: [...labels],
      momentum,
      weightDecay,
      rate,
      steps,
      dropout: training.dropout,
    };
    writeFileSync(join(folder, 'masks.safetensors'), writeSafetensors(masksOf(numeric)));
    writeFileSync(join(folder, 'case.json'), JSON.stringify(description));
    execFileSync(python, [JUDGE, folder], { stdio: 'inherit' });
    return {
      losses: JSON.parse(readFileSync(join(folder, 'losses.json'), 'utf8')) as number[],
      gradients: readSafetensors(readFileSync(join(folder, 'gradients.safetensors'))),
      trained: readSafetensors(readFileSync(join(folder, 'trained.safetensors'))),
      scores: readNpy(readFileSync(join(folder, 'scores.npy'))).data,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The masks of fc6 and fc7 at each step; PyTorch draws others, so it is given ours. */
function masksOf({ net, batch, training, steps }: NumericCase) {
  const key = streamKey(training.seed, 'dropout');
  const masks = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [layer, { name, parameters }] of net.layers.entries()) {
    if (parameters['hidden'] !== true) continue;
    const shape = [batch.count, Number(parameters['units'])] as const;
    for (let step = 0; step < steps; step++) {
      const data = dropoutMask(key, shape, training.dropout, { step, layer, firstRow: 0 });
      masks.set(`${name}/${step}`, { shape, data });
    }
  }
  return masks;
}

function denseScores(engine: Engine, { net, state, dense }: NumericCase): Float32Array {
  const session = engine.open(net, state);
  try {
    return session.scoreMap(dense).data;
  } finally {
    session.close();
  }
}

/** The worst relative distance of any parameter. */
function worst(ours: ReadonlyMap<string, Float32Array>, theirs: Judgement['gradients']): number {
  return Math.max(...[...theirs].map(([name, { data }]) => relativeDistance(ours.get(name)!, data)));
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

for (const [net, pooling, dropout] of [
  ['A', 'ceil', 0],
  ['A', 'floor', 0],
  ['A', 'ceil', 0.5],
  ['A-LRN', 'ceil', 0],
  ['C', 'ceil', 0],
  ['B-5x5', 'ceil', 0],
] as const) {
  const plain = numericCase({ net, pooling });
  const numeric = { ...plain, training: { ...plain.training, dropout } };
  const judgement = judge(numeric);
  for (const backend of availableBackends()) {
    test(`${backend} agrees with PyTorch on net ${net}'s losses, gradients and dense scores, ${pooling} pooling, dropout ${dropout}`, async (t) => {
      const engine = await engineOf(backend);
      const scores = largestDeviation(denseScores(engine, numeric), judgement.scores);
      const gradients = worst(gradientsOf(engine, numeric), judgement.gradients);
      const { losses, state } = trainCase(engine, numeric);
      const trained = worst(
        new Map([...state.weights].map(([name, { data }]) => [name, data])),
        judgement.trained,
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
const judgement = judge(numeric);

test('the judge sees channels that are swapped', async () => {
  const { dense } = numeric;
  const swapped = { ...dense, data: dense.data.map((_, i) => dense.data[i - (i % 3) + (2 - (i % 3))]!) };
  const engine = await engineOf(availableBackends()[0]!);
  assert.ok(
    largestDeviation(denseScores(engine, { ...numeric, dense: swapped }), judgement.scores) > 100 * SCORES,
  );
});

test('the judge sees pools that round down instead of up', async () => {
  const odd = numericCase();
  const dense = {
    ...odd.dense,
    height: 100,
    width: 127,
    data: odd.dense.data.subarray(0, odd.dense.count * 100 * 127 * 3),
  };
  const engine = await engineOf(availableBackends()[0]!);
  const ceil = denseScores(engine, { ...odd, dense });
  const floor = denseScores(engine, { ...odd, dense, net: numericCase({ pooling: 'floor' }).net });
  assert.deepEqual(largestDeviation(judge({ ...odd, dense }).scores, ceil) <= SCORES, true);
  assert.notEqual(ceil.length, floor.length);
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
