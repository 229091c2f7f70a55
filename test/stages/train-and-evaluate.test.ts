import { DecodedImages } from '../../src/image/decoded-images.js';
import { USUAL_RESCALING } from '../../src/image/rescale.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { readCheckpoint, writeCheckpoint } from '../../src/nn/checkpoint.js';
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
import { PARAMETERS as RECORDED } from '../support/recorded-stages.js';
import { MemoryArtifact, pictureSet, runStage, type StageRunOptions } from '../support/stage-rig.js';

const PARAMETERS: TrainParameters = { ...RECORDED, S: 40 };
const EVALUATION = { Q: 48, method: 'dense', mirror: true, ...USUAL_RESCALING } as const;

const dataset = await pictureSet(4);
const indexStage = new IndexStage(dataset);
const source = { kind: 'memory', name: 'noise' };
const train = (await runStage(indexStage, { dataset: source, split: 'train', limit: null })).output;
const val = (await runStage(indexStage, { dataset: source, split: 'val', limit: null })).output;
const policy = {
  crop: 'random',
  mirror: true,
  colour: 'pca',
  colourSd: 0.1,
} as const;
const augmentation = (await runStage(new AugmentStage(dataset), policy, { inputs: { index: train } })).output;

function trained(engine: Engine, changed: Partial<TrainParameters> = {}, options: StageRunOptions = {}) {
  const inputs = { index: train, augmentation };
  return runStage(
    new TrainStage(dataset, engine, BUILT_IN, new DecodedImages(0)),
    { ...PARAMETERS, ...changed },
    { inputs, ...options },
  );
}

function evaluated(engine: Engine, checkpoint: MemoryArtifact, options: StageRunOptions = {}) {
  const inputs = { index: val, checkpoint };
  return runStage(new EvaluateStage(dataset, engine, BUILT_IN, new DecodedImages(0)), EVALUATION, {
    inputs,
    ...options,
  });
}

test('scores do not depend on how many images are taken up at once', async () => {
  const engine = await engineOf('cpu');
  const inputs = { index: val, checkpoint: (await trained(engine)).output };
  const taken = async (most: number) => {
    const stage = new EvaluateStage(dataset, engine, BUILT_IN, new DecodedImages(0), most);
    const { output } = await runStage(stage, EVALUATION, { inputs });
    return [
      await output.read('posteriors.npy'),
      await output.read('log-posteriors.npy'),
      output.text('protocol.json'),
    ];
  };
  const all = await taken(100);
  for (const most of [1, 5, 11]) assert.deepEqual(await taken(most), all, `${most}`);
});

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
  // A colour shift would hide some of what there is to learn.
  const plain = (
    await runStage(new AugmentStage(dataset), { ...policy, colour: 'none' }, { inputs: { index: train } })
  ).output;
  const changed = { epochs: 20, dropout: 0, width: 1 / 16, rate: 0.003 };
  const { output, metrics } = await trained(engine, changed, {
    inputs: { index: train, augmentation: plain },
  });
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
    (error) =>
      error instanceof TaskError &&
      error.message.includes('only the net has "gray", only the images have "grey"'),
  );
  assert.equal(engine.liveArrays(), 0);
});

const first = availableBackends()[0]!;

test('a net that starts from a trained one goes on with its weights and its input, and lists what it took', async () => {
  const engine = await engineOf(first);
  const source = (await trained(engine)).output;
  const init = { inputs: { index: train, augmentation, init: source } };
  const all = await trained(engine, { rate: 1e-30, epochs: 0.5, seed: 9 }, init);
  const [before, after] = [await readCheckpoint(source), await readCheckpoint(all.output)];
  for (const [name, { data }] of after.weights)
    for (const [i, value] of before.weights.get(name)!.data.entries())
      assert.ok(Math.abs(data[i]! - value) < 1e-20, name);
  assert.equal(after.description.copied!.length, 11);
  assert.deepEqual(after.description.mean, before.description.mean);

  const deeper = await trained(engine, { net: 'B', epochs: 0.5, initLayers: 'firstFour+fc' }, init);
  const { copied } = (await readCheckpoint(deeper.output)).description;
  assert.deepEqual(copied, ['conv1_1', 'conv2_1', 'conv3_1', 'conv3_2', 'fc6', 'fc7', 'fc8']);
});

test('a net whose layers do not fit is refused with the layer and both shapes', async () => {
  const engine = await engineOf(first);
  const init = { inputs: { index: train, augmentation, init: (await trained(engine)).output } };
  await assert.rejects(
    trained(engine, { net: 'B-5x5', initLayers: 'firstFour+fc' }, init),
    /^TaskError: Net B-5x5 cannot start from net A: conv1_1\.weight is \[3, 3, 3, 2\] there but \[5, 5, 3, 2\] here\./,
  );
});

test('where the fully-connected layers are fine-tuned, the convolutions stay bit by bit', async () => {
  const engine = await engineOf(first);
  const source = (await trained(engine)).output;
  const init = { inputs: { index: train, augmentation, init: source } };
  const tuned = await readCheckpoint((await trained(engine, { fineTune: 'fc' }, init)).output);
  const { weights } = await readCheckpoint(source);
  for (const [name, { data }] of tuned.weights) {
    const isSame = Buffer.from(data.buffer).equals(Buffer.from(weights.get(name)!.data.buffer));
    assert.equal(isSame, !name.startsWith('fc'), name);
  }
});

test('training at scales drawn from a range is another training, and says so', async () => {
  const engine = await engineOf(first);
  const fixed = await readCheckpoint((await trained(engine)).output);
  const drawn = await readCheckpoint((await trained(engine, { S: '40..60' })).output);
  assert.equal(drawn.description.S, '40..60');
  assert.notDeepEqual(drawn.weights.get('fc8.weight'), fixed.weights.get('fc8.weight'));
});

test('held-out images are watched each epoch and not learnt from, the validation images are as they are', async () => {
  const engine = await engineOf(first);
  const plateau = {
    kind: 'plateau',
    metric: 'loss',
    patience: 1,
    minDelta: 1e9,
    factor: 0.1,
    drops: 3,
  } as const;
  const watching = { schedule: plateau, epochs: 4 };
  const held = await trained(engine, { ...watching, watch: 'held-out', heldOut: 0.25 });
  const lines = held.output.text('history.jsonl').trim().split('\n');
  const epochs = lines.map((line) => JSON.parse(line) as { rate: number; watched: { top1: number } });
  // Nothing improves by 1e9: the rate drops after each epoch but the first, which is the best so far.
  assert.deepEqual(
    epochs.map(({ rate }) => rate.toExponential(1)),
    ['1.0e-2', '1.0e-2', '1.0e-3', '1.0e-4'],
  );
  assert.ok(epochs.every(({ watched }) => watched.top1 % (100 / 3) < 1e-9 || watched.top1 > 99));
  assert.equal((await readCheckpoint(held.output)).description.steps, 6);
  assert.equal(engine.liveArrays(), 0);
  const inputs = { index: train, augmentation, watched: val };
  const whole = await trained(engine, { ...watching, watch: 'validation' }, { inputs });
  assert.equal((await readCheckpoint(whole.output)).description.steps, 8);
  assert.ok(whole.metrics.some(([key]) => key === 'watched_top1_error_percent'));
});

test('one image cannot be learnt from and watched too', async () => {
  const engine = await engineOf(first);
  const one = (await runStage(indexStage, { dataset: source, split: 'train', limit: 1 })).output;
  await assert.rejects(
    trained(engine, { watch: 'held-out' }, { inputs: { index: one, augmentation } }),
    /One training image cannot be learnt from and watched too\. Set watch: none\./,
  );
});

test('dense evaluation is that of the centre crop where the image is the crop', async () => {
  const engine = await engineOf(first);
  const square = await pictureSet(3, [40, 40]);
  const index = (await runStage(new IndexStage(square), { dataset: source, split: 'val', limit: null }))
    .output;
  const checkpoint = (await trained(engine, { crop: 40, S: 40 })).output;
  const scores = async (method: 'dense' | 'centre-crop', Q: number) => {
    const stage = new EvaluateStage(square, engine, BUILT_IN, new DecodedImages(0));
    const inputs = { index, checkpoint };
    return (
      await runStage(stage, { Q, method, mirror: true, ...USUAL_RESCALING }, { inputs })
    ).output.files.get('posteriors.npy');
  };
  assert.deepEqual(await scores('centre-crop', 40), await scores('dense', 40));
  assert.notDeepEqual(await scores('centre-crop', 80), await scores('dense', 80));
});

test('watched images of other classes are refused before a step is made', async () => {
  const engine = await engineOf(first);
  const renamed = new MemoryArtifact();
  for (const [file, bytes] of val.files) await renamed.write(file, bytes);
  await renamed.write('classes.json', val.text('classes.json').replace('"grey"', '"gray"'));
  const inputs = { index: train, augmentation, watched: renamed };
  await assert.rejects(
    trained(engine, { watch: 'validation' }, { inputs }),
    /only the training images have "grey", only the validation images have "gray"/,
  );
});

test('a last update that goes astray fails the training, though the loss before it was finite', async () => {
  const engine = await engineOf(first);
  await assert.rejects(
    trained(engine, { rate: 1e39, epochs: 0.5 }),
    /^TaskError: \S+ is no longer finite after the last of 1 steps\. Lower the rate/,
  );
  assert.equal(engine.liveArrays(), 0);
});

test('a net whose weights are no numbers is not evaluated', async () => {
  const engine = await engineOf(first);
  const { output } = await trained(engine, { epochs: 0.5 });
  const { description, weights } = await readCheckpoint(output);
  const bias = weights.get('fc8.bias')!;
  const broken = new Map([...weights, ['fc8.bias', { ...bias, data: bias.data.map(() => NaN) }] as const]);
  const spoilt = new MemoryArtifact();
  for (const [file, bytes] of Object.entries(writeCheckpoint({ description, weights: broken })))
    await spoilt.write(file, bytes);
  await assert.rejects(evaluated(engine, spoilt), /The net gives scores that are no numbers/);
});
