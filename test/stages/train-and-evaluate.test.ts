import assert from 'node:assert/strict';
import test from 'node:test';
import { readCheckpoint } from '../../src/nn/checkpoint.js';
import type { Engine } from '../../src/nn/engine.js';
import { BUILT_IN } from '../../src/nn/layer-kinds.js';
import { readScores } from '../../src/nn/scores.js';
import { Interrupted, TaskError } from '../../src/run/stage.js';
import { AugmentStage } from '../../src/stages/augment/stage.js';
import { EvaluateStage } from '../../src/stages/evaluate/stage.js';
import { IndexStage } from '../../src/stages/index/stage.js';
import type { TrainParameters } from '../../src/stages/train/definition.js';
import { TrainStage } from '../../src/stages/train/stage.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { MemoryArtifact, pictureSet, runStage, type StageRunOptions } from '../support/stage-rig.js';

const PARAMETERS: TrainParameters = {
  net: 'A',
  width: 1 / 32,
  crop: 32,
  pooling: 'ceil',
  S: 40,
  initialisation: 'he',
  epochs: 2,
  batch: 6,
  rate: 0.01,
  schedule: { kind: 'steps', at: [0.5], factor: 0.1 },
  momentum: 0.9,
  weightDecay: 5e-4,
  dropout: 0.5,
  precision: 'float32',
  seed: 1,
  fineTune: 'all',
};
const EVALUATION = { Q: 48, method: 'dense', mirror: true } as const;

const dataset = await pictureSet(4);
const indexStage = new IndexStage(dataset);
const source = { kind: 'memory', name: 'noise' };
const train = (await runStage(indexStage, { dataset: source, split: 'train', limit: null })).output;
const val = (await runStage(indexStage, { dataset: source, split: 'val', limit: null })).output;
const policy = { crop: 'random', mirror: true } as const;
const augmentation = (await runStage(new AugmentStage(dataset), policy, { inputs: { index: train } })).output;

function trained(engine: Engine, changed: Partial<TrainParameters> = {}, options: StageRunOptions = {}) {
  const inputs = { index: train, augmentation };
  return runStage(
    new TrainStage(dataset, engine, BUILT_IN),
    { ...PARAMETERS, ...changed },
    { inputs, ...options },
  );
}

function evaluated(engine: Engine, checkpoint: MemoryArtifact, options: StageRunOptions = {}) {
  const inputs = { index: val, checkpoint };
  return runStage(new EvaluateStage(dataset, engine, BUILT_IN), EVALUATION, { inputs, ...options });
}

for (const backend of availableBackends()) {
  test(`${backend}: training and evaluation make their artifacts and leave nothing on the device`, async () => {
    const engine = await engineOf(backend);
    const training = await trained(engine);
    assert.equal(engine.liveArrays(), 0);
    const { description } = await readCheckpoint(training.output);
    assert.deepEqual(
      [description.S, description.steps, description.classes],
      [40, 4, ['dark', 'grey', 'light']],
    );
    assert.equal(training.output.text('history.jsonl').split('\n').length, 3);
    const evaluation = await evaluated(engine, training.output);
    assert.equal(engine.liveArrays(), 0);
    const { posteriors, labels, protocol } = await readScores(evaluation.output);
    assert.deepEqual([posteriors.length, labels.length], [36, 12]);
    assert.ok(!('mean' in protocol));
    assert.deepEqual([protocol.S, protocol.Q, protocol.positions], [40, 48, [4, 6]]);
    for (let row = 0; row < 36; row += 3)
      assert.ok(Math.abs(posteriors.subarray(row, row + 3).reduce((a, b) => a + b) - 1) < 1e-6);
    assert.deepEqual(
      evaluation.metrics.map(([key]) => key),
      ['top1_error_percent', 'top5_error_percent'],
    );
  });

  test(`${backend}: a loss that is not finite stops the training, names the step and leaves nothing`, async () => {
    const engine = await engineOf(backend);
    await assert.rejects(trained(engine, { rate: 1e20, epochs: 4 }), (error) => {
      assert.ok(error instanceof TaskError);
      assert.match(
        error.message,
        /^The loss is (NaN|Infinity|-Infinity) at step [2-8] of 8 \(rate 100000000000000000000\)/,
      );
      return true;
    });
    assert.equal(engine.liveArrays(), 0);
  });

  test(`${backend}: an interrupted training or evaluation leaves nothing on the device`, async () => {
    const engine = await engineOf(backend);
    await assert.rejects(trained(engine, {}, { interruptAt: 2 }), Interrupted);
    assert.equal(engine.liveArrays(), 0);
    const { output } = await trained(engine, { epochs: 0.5 });
    await assert.rejects(evaluated(engine, output, { interruptAt: 12 }), Interrupted);
    assert.equal(engine.liveArrays(), 0);
  });
}

test('the same training gives the same bytes, and another seed others', async () => {
  const engine = await engineOf(availableBackends()[0]!);
  const files = async (changed: Partial<TrainParameters> = {}) =>
    (await trained(engine, changed)).output.files;
  const first = await files();
  assert.deepEqual(await files(), first);
  assert.notDeepEqual(
    (await files({ seed: 2 })).get('weights.safetensors'),
    first.get('weights.safetensors'),
  );
});

test('pictures that brightness alone tells apart are learnt', async () => {
  const engine = await engineOf(availableBackends()[0]!);
  const { output, metrics } = await trained(engine, { epochs: 20, dropout: 0, width: 1 / 16, rate: 0.003 });
  const losses = metrics.filter(([key]) => key === 'epoch_train_loss').map(([, value]) => value);
  assert.ok(losses.at(-1)! < losses[0]! / 4, losses.join());
  const [top1] = (await evaluated(engine, output)).metrics;
  assert.ok(top1![1] <= 10, `top-1 error ${top1![1]}%`);
});

test('a net that was trained on other classes, or in another order, is refused by name', async () => {
  const engine = await engineOf(availableBackends()[0]!);
  const { output } = await trained(engine, { epochs: 0.5 });
  const renamed = new MemoryArtifact();
  for (const [file, bytes] of output.files) await renamed.write(file, bytes);
  await renamed.write('checkpoint.json', output.text('checkpoint.json').replace('"grey"', '"gray"'));
  await assert.rejects(
    evaluated(engine, renamed),
    (error) => error instanceof TaskError && /^Class 2 is "grey" .* but "gray"/.test(error.message),
  );
  assert.equal(engine.liveArrays(), 0);
});
