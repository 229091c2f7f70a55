/** The real stages on the data set and the engine of the tests; and what every {@link Dataset} must do. */
import assert from 'node:assert/strict';
import { DecodedImages } from '../../src/image/decoded-images.js';
import { test } from 'node:test';
import { type Dataset, DatasetError, type DatasetSource } from '../../src/data/dataset.js';
import { IMAGES_FILE } from '../../src/data/index-file.js';
import { ImageFolder } from '../../src/data/datasets/image-folder.js';
import type { Task } from '../../src/plan/plan.js';
import { BUILT_IN } from '../../src/nn/layer-kinds.js';
import { recipeOf } from '../../src/plan/recipe.js';
import { AugmentStage } from '../../src/stages/augment/stage.js';
import { augmentDefinition } from '../../src/stages/augment/definition.js';
import { evaluateDefinition } from '../../src/stages/evaluate/definition.js';
import { EvaluateStage } from '../../src/stages/evaluate/stage.js';
import { indexDefinition } from '../../src/stages/index/definition.js';
import { IndexStage } from '../../src/stages/index/stage.js';
import { trainDefinition } from '../../src/stages/train/definition.js';
import { TrainStage } from '../../src/stages/train/stage.js';
import { FakeEngine } from '../support/fake-engine.js';
import { jpeg } from '../support/folder-experiment.js';
import { InlineExecutor } from '../support/inline-executor.js';
import { MemoryDataset } from '../support/memory-dataset.js';
import { MemoryStore } from '../support/memory-store.js';
import { RecordingTracker } from '../support/recording-tracker.js';
import { runPlan } from '../support/run-rig.js';
import { Scratch } from '../support/scratch.js';
import { planOf } from '../support/toy.js';

const IDS = ['cat/0.jpg', 'cat/1.jpg', 'dog/0.jpg', 'dog/1.jpg'];

async function memorySet(): Promise<MemoryDataset> {
  const images = new Map(await Promise.all(IDS.map(async (id, i) => [id, await jpeg(i)] as const)));
  return new MemoryDataset({ train: images, val: images });
}

const SETS: Readonly<
  Record<string, (scratch: Scratch) => Promise<{ dataset: Dataset; source: DatasetSource }>>
> = {
  'the image folder': async (scratch) => {
    for (const [i, id] of IDS.entries()) await scratch.write(`train/${id}`, await jpeg(i));
    return {
      dataset: new ImageFolder(),
      source: { kind: 'image-folder', name: 'set', root: scratch.folder },
    };
  },
  'the set in memory': async () => ({
    dataset: await memorySet(),
    source: { kind: 'memory', name: 'set' },
  }),
};

for (const [name, create] of Object.entries(SETS)) {
  test(`${name}: lists classes and images in order, and reads what it lists`, async () => {
    await using scratch = await Scratch.make();
    const { dataset, source } = await create(scratch);
    const { classes, images } = await dataset.list(source, 'train');
    assert.deepEqual(classes, ['cat', 'dog']);
    assert.deepEqual(
      images.map(({ id, label }) => [id, label]),
      IDS.map((id, i) => [id, i >> 1]),
    );
    for (const { id, bytes } of images) assert.equal((await dataset.read(source, 'train', id)).length, bytes);
    assert.equal(await dataset.fingerprint(source, 'train'), await dataset.fingerprint(source, 'train'));
    await assert.rejects(dataset.read(source, 'train', 'cat/9.jpg'), DatasetError);
  });
}

const MEMORY_SET = { kind: 'memory', name: 'nothing' };

function taskOf(
  {
    kind,
    version,
    output,
    usesEngine,
    readsImages,
  }: Pick<Task, 'kind' | 'version' | 'output' | 'usesEngine' | 'readsImages'>,
  parameters: Task['parameters'],
  inputs: Task['inputs'],
): Task {
  const recipe = recipeOf({ kind, version, parameters, inputs });
  const stage = kind === 'index' ? `index ${String(parameters['split'])}` : kind;
  return {
    ...{ kind, version, output, usesEngine, readsImages, recipe, stage, parameters, inputs, labels: {} },
    ...{ dataset: MEMORY_SET, cost: {}, notYet: null },
  };
}

function vggPlan() {
  const index = (split: string) => taskOf(indexDefinition, { dataset: MEMORY_SET, split, limit: null }, {});
  const [train, val] = [index('train'), index('val')];
  const augment = taskOf(
    augmentDefinition,
    { crop: 'random', mirror: true, colour: 'none', colourSd: 0.1 },
    { index: train.recipe },
  );
  const net = taskOf(
    trainDefinition,
    {
      ...{
        net: 'A',
        width: 1 / 64,
        pooling: 'ceil',
        S: 72,
        crop: 64,
        initialisation: 'he',
        epochs: 2,
        batch: 2,
      },
      ...{ rate: 0.01, schedule: { kind: 'steps', at: [0.5], factor: 0.1 }, momentum: 0.9, weightDecay: 0 },
      ...{ dropout: 0, precision: 'float32', seed: 1, fineTune: 'all', watch: 'none', heldOut: 0.05 },
    },
    { index: train.recipe, augmentation: augment.recipe },
  );
  const inputs = { index: val.recipe, checkpoint: net.recipe };
  return planOf(
    train,
    augment,
    net,
    val,
    taskOf(evaluateDefinition, { Q: 72, method: 'dense', mirror: true }, inputs),
  );
}

async function runOn(engine: FakeEngine) {
  const dataset = await memorySet();
  const store = new MemoryStore();
  const stages = [
    ...[new IndexStage(dataset), new AugmentStage(dataset)],
    ...[
      new TrainStage(dataset, engine, BUILT_IN, new DecodedImages(0)),
      new EvaluateStage(dataset, engine, BUILT_IN, new DecodedImages(0)),
    ],
  ];
  const executor = new InlineExecutor(stages, store.files);
  const tracker = new RecordingTracker();
  return { ...(await runPlan(vggPlan(), { store, executor, tracker })), store, tracker };
}

test('the stages run on any data set and any engine, and leave no session open', async () => {
  const engine = new FakeEngine();
  const { outcome, store, tracker } = await runOn(engine);
  assert.equal(outcome.done.size, 5);
  assert.deepEqual(engine.losses, [1, 1 / 2, 1 / 3, 1 / 4]);
  assert.equal(engine.liveArrays(), 0);
  const index = outcome.done.get(vggPlan().tasks[0]!.recipe)!;
  const lines = Buffer.from(await store.read(index, IMAGES_FILE))
    .toString()
    .trim()
    .split('\n');
  assert.equal(lines.length, IDS.length);
  assert.ok(tracker.lines.includes('metric train epoch_train_loss=0.75 at 1'), tracker.lines.join('\n'));
});

test('a loss that is not finite fails the training with its step, and leaves no session open', async () => {
  const engine = new FakeEngine((step) => (step === 2 ? NaN : 1));
  const { lines } = await runOn(engine);
  assert.ok(
    lines.some((line) => line.startsWith('failed train: The loss is NaN at step 3 of 4')),
    lines.join('\n'),
  );
  assert.ok(lines.includes('blocked evaluate by train'));
  assert.equal(engine.liveArrays(), 0);
});
