/** What a training gives to its engine: settings, weights and every batch, beside the same made by hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Augmentation, pixelDeviation } from '../../src/image/augmentation.js';
import { Augmenter } from '../../src/image/augmenter.js';
import { ColourShift } from '../../src/image/colour-shift.js';
import { readCheckpoint } from '../../src/nn/checkpoint.js';
import { Sampler } from '../../src/stages/train/sampler.js';
import { sampleNormals, seedAfter, streamKey } from '../../src/util/random.js';
import {
  assertSameImages,
  augmentationOf,
  CROP,
  cut,
  images,
  indexes,
  middle,
  PARAMETERS,
  rescaled,
  trained,
} from '../support/recorded-stages.js';
import { RecordingEngine, rowsOf } from '../support/recording-engine.js';

const STEPS = 4;
const SIDE = 45;

const still = augmentationOf();
const other = augmentationOf(
  {},
  {
    meanRgb: [60, 80, 70],
    covarianceRgb: [
      [900, 200, 100],
      [200, 800, 100],
      [100, 100, 1000],
    ],
  },
);

/** Image and place in the stream of each row of a training of all images. */
function samples(seed = PARAMETERS.seed) {
  const sampler = new Sampler(images.train.length, seed);
  const steps = Array.from({ length: STEPS }, (_, step) => sampler.batch(step, PARAMETERS.batch));
  return steps.flat().map(({ image, position }) => ({ ...images.train[image]!, position }));
}

/** The images of all training steps, and those that were scored. */
function given(engine: RecordingEngine) {
  return {
    learnt: engine.trained.flatMap((step) => rowsOf(step.images)),
    watched: engine.scored.flatMap(rowsOf),
  };
}

async function centreCrop(
  split: 'train' | 'val',
  id: string,
  side: number,
  mean: readonly number[],
  scale: number,
) {
  const image = await rescaled(split, id, side);
  return cut(image, middle(image), mean, scale);
}

async function centreCrops(
  augmentation: Augmentation,
  scale = 1 / pixelDeviation(augmentation),
  seed?: number,
) {
  return Promise.all(
    samples(seed).map(({ id }) => centreCrop('train', id, SIDE, augmentation.meanRgb, scale)),
  );
}

test('with S a range, each sample is the crop of its image rescaled to the side drawn for this sample', async () => {
  const augmentation = augmentationOf({ crop: 'random', mirror: true });
  const engine = new RecordingEngine();
  await trained(engine, augmentation, { S: '42..60', seed: 3 });
  const augmenter = new Augmenter(augmentation, { min: 42, max: 60 }, 3);
  const scale = 1 / pixelDeviation(augmentation);
  const expected = await Promise.all(
    samples(3).map(async ({ id, position }) => {
      const image = await rescaled('train', id, augmenter.side(position));
      return cut(image, augmenter.window(image, CROP, position), augmentation.meanRgb, scale);
    }),
  );
  assertSameImages(given(engine).learnt, expected, scale);
  const sides = new Set(samples(3).map(({ position }) => augmenter.side(position)));
  assert.ok(sides.size > 5, `${sides.size} sides are too few to tell`);
});

test('with one S, every image is rescaled to it, cropped, less the mean and over the deviation, with its label', async () => {
  const engine = new RecordingEngine();
  await trained(engine, still);
  assertSameImages(given(engine).learnt, await centreCrops(still), 1 / pixelDeviation(still));
  assert.deepEqual(
    engine.trained.flatMap(({ labels }) => labels),
    samples().map(({ label }) => label),
  );
});

test('grey levels go in as they are, less the mean, where weights are drawn with a deviation of 0.01', async () => {
  const engine = new RecordingEngine();
  await trained(engine, still, { initialisation: 'gaussian' });
  assertSameImages(given(engine).learnt, await centreCrops(still, 1), 1);
});

test('each sample is shifted by the colour drawn for it, and by none where the policy has none', async () => {
  const policy = { ...still.policy, colour: 'pca', colourSd: 0.5 } as const;
  const [shifted, plain] = [new RecordingEngine(), new RecordingEngine()];
  await trained(shifted, { ...still, policy });
  await trained(plain, { ...still, policy: { ...policy, colour: 'none' } });
  const scale = 1 / pixelDeviation(still);
  const crops = await centreCrops(still);
  const colours = new ColourShift(still.covarianceRgb, policy);
  const expected = samples().map(({ position }, i) => {
    const shift = colours.at(sampleNormals(streamKey(PARAMETERS.seed, 'colour'), position));
    assert.ok(
      shift.some((levels) => Math.abs(levels) > 0.5),
      `the shift of ${position} is too small to tell`,
    );
    return crops[i]!.map((value, at) => value + shift[at % 3]! * scale);
  });
  assertSameImages(given(shifted).learnt, expected, scale);
  assertSameImages(given(plain).learnt, crops, scale);
});

const ALL_FC = ['fc6', 'fc7', 'fc8'];

test('a training that starts from a trained net draws anew: weights, order and dropout are not those of that net again', async () => {
  const engines = [new RecordingEngine(), new RecordingEngine(), new RecordingEngine()] as const;
  const first = (await trained(engines[0], still)).output;
  const second = (await trained(engines[1], still, { initLayers: 'fc' }, { init: first })).output;
  await trained(engines[2], still, { initLayers: 'all' }, { init: second });
  const [a, b, c] = engines.map(({ opened }) => opened[0]!);
  assert.deepEqual(
    [a, b, c].map((opened) => opened!.training!.seed),
    [PARAMETERS.seed, seedAfter(PARAMETERS.seed, 1), seedAfter(PARAMETERS.seed, 2)],
  );
  const conv = (opened: typeof a) => [...opened!.state.weights.get('conv4_1.weight')!.data];
  const apart = conv(a).filter((value, i) => value !== conv(b)[i]).length;
  assert.ok(apart > 0.99 * conv(a).length);
  const orders = engines.map(({ trained: steps }) => JSON.stringify(steps.map(({ labels }) => labels)));
  assert.equal(new Set(orders).size, 3);
  assert.equal((await readCheckpoint(second)).description.trainings, 2);
});

for (const { layers, net, taken } of [
  { layers: 'all', net: 'A', taken: undefined },
  { layers: 'firstFour+fc', net: 'B', taken: ['conv1_1', 'conv2_1', 'conv3_1', 'conv3_2', ...ALL_FC] },
  { layers: 'fc', net: 'B', taken: ALL_FC },
] as const) {
  const whose = layers === 'fc' ? 'its own' : "the trained net's";
  test(`a net that takes ${layers} of a trained one normalises by ${whose} mean and scale, watching too, and says so`, async () => {
    const source = (await trained(new RecordingEngine(), other)).output;
    const engine = new RecordingEngine();
    const changed = {
      net,
      seed: 2,
      initLayers: layers,
      initialisation: 'gaussian',
      watch: 'validation',
    } as const;
    const { output } = await trained(engine, still, changed, { init: source, watched: indexes.val });

    const [mean, scale] = layers === 'fc' ? [still.meanRgb, 1] : [other.meanRgb, 1 / pixelDeviation(other)];
    const { description } = await readCheckpoint(output);
    assert.deepEqual(description.mean, mean);
    assert.equal(description.inputScale, scale);
    const { learnt, watched } = given(engine);
    assertSameImages(learnt, await centreCrops({ ...still, meanRgb: mean }, scale, seedAfter(2, 1)), scale);
    const looked = await Promise.all(images.val.map(({ id }) => centreCrop('val', id, SIDE, mean, scale)));
    assertSameImages(watched, [...looked, ...looked], scale);

    // Biases are 0 in both nets.
    const { weights } = await readCheckpoint(source);
    const { net: opened, state } = engine.opened[0]!;
    const same = [...state.weights].filter(([name, { data }]) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(
        Buffer.from(weights.get(name)?.data.slice().buffer ?? new ArrayBuffer(0)),
      ),
    );
    assert.deepEqual(
      same.filter(([name]) => name.endsWith('.weight')).map(([name]) => name.replace('.weight', '')),
      taken ?? opened.layers.map(({ name }) => name).filter((name) => weights.has(`${name}.weight`)),
    );
  });
}

test('held-out images are watched after each epoch by their centre crop, normalised, and none is learnt from', async () => {
  const engine = new RecordingEngine();
  await trained(engine, still, { watch: 'held-out', heldOut: 0.25, epochs: 4, batch: 3 });
  const { learnt, watched } = given(engine);
  const scale = 1 / pixelDeviation(still);
  const crops = await Promise.all(
    images.train.map(({ id }) => centreCrop('train', id, SIDE, still.meanRgb, scale)),
  );
  const which = (row: Float32Array) =>
    crops.findIndex((crop) => crop.every((value, at) => Math.abs(value - row[at]!) <= 0.01 * scale));
  const [isLearnt, isWatched] = [new Set(learnt.map(which)), new Set(watched.map(which))];
  assert.deepEqual([isLearnt.size, isWatched.size], [9, 3]);
  assert.ok(!isLearnt.has(-1) && !isWatched.has(-1), 'an image is no centre crop');
  assert.deepEqual(
    [...isLearnt].filter((image) => isWatched.has(image)),
    [],
  );
  // 4 epochs of 9 images in batches of 3, each with a look at 3 others.
  assert.deepEqual([engine.trained.length, watched.length], [12, 12]);
  assert.deepEqual(
    engine.trained.flatMap(({ labels }) => labels),
    learnt.map((row) => images.train[which(row)]!.label),
  );
});

test('watched images are rescaled to the middle of S and neither moved, mirrored nor shifted in colour', async () => {
  const varied = augmentationOf({ crop: 'random', mirror: true, colour: 'pca', colourSd: 1 });
  const scale = 1 / pixelDeviation(varied);
  const engine = new RecordingEngine();
  const changed = { S: '40..61', watch: 'validation', epochs: 1, batch: 4 } as const;
  await trained(engine, varied, changed, { watched: indexes.val });
  const expected = await Promise.all(
    images.val.map(({ id }) => centreCrop('val', id, 50, varied.meanRgb, scale)),
  );
  assertSameImages(given(engine).watched, expected, scale);
});

test('what is watched is the errors and the mean loss of the scores of these images', async () => {
  const engine = new RecordingEngine((image) => [0.3 * image[0]!, 0.1, -0.4 * image[1]!]);
  const { metrics } = await trained(
    engine,
    still,
    { watch: 'validation', epochs: 1 },
    { watched: indexes.val },
  );
  const scale = 1 / pixelDeviation(still);
  const posteriors = await Promise.all(
    images.val.map(async ({ id }) => {
      const [red, green] = await centreCrop('val', id, SIDE, still.meanRgb, scale);
      const powers = [0.3 * red!, 0.1, -0.4 * green!].map(Math.exp);
      return powers.map((power) => power / powers.reduce((a, b) => a + b));
    }),
  );
  const own = images.val.map(({ label }, i) => posteriors[i]![label]!);
  const wrong = own.filter((posterior, i) => posteriors[i]!.some((p) => p > posterior)).length;
  const loss = -own.reduce((sum, posterior) => sum + Math.log(posterior), 0) / own.length;
  const value = (key: string) => metrics.find(([name]) => name === key)![1];
  assert.ok(wrong > 0 && wrong < own.length, `${wrong} wrong images tell little`);
  assert.ok(Math.abs(value('watched_top1_error_percent') - (100 * wrong) / own.length) < 1e-9);
  assert.ok(Math.abs(value('watched_loss') - loss) < 1e-6, `${value('watched_loss')} is not ${loss}`);
});

test('momentum, weight decay, dropout, precision and seed reach the engine as they are set, and so does what learns', async () => {
  const settings = {
    momentum: 0.8,
    weightDecay: 0.003,
    dropout: 0.3,
    precision: 'bfloat16',
    seed: 7,
  } as const;
  const [all, fc, none] = [new RecordingEngine(), new RecordingEngine(), new RecordingEngine()];
  await trained(all, still, settings);
  assert.deepEqual(all.opened[0]!.training, { ...settings, microBatch: PARAMETERS.batch });
  await trained(fc, still, { ...settings, fineTune: 'fc' });
  assert.deepEqual(fc.opened[0]!.training, {
    ...settings,
    learnsFrom: 'fc6',
    microBatch: PARAMETERS.batch,
  });
  const zero = { momentum: 0, weightDecay: 0, dropout: 0, precision: 'float32', seed: 0 } as const;
  await trained(none, still, zero);
  assert.deepEqual(none.opened[0]!.training, { ...zero, microBatch: PARAMETERS.batch });
});

test('steps are numbered from 0, at the rates of the schedule', async () => {
  const engine = new RecordingEngine();
  await trained(engine, still, { rate: 0.5, schedule: { kind: 'steps', at: [0.5, 0.75], factor: 0.5 } });
  assert.deepEqual(
    engine.trained.map(({ step, rate }) => [step, rate]),
    [
      [0, 0.5],
      [1, 0.5],
      [2, 0.25],
      [3, 0.125],
    ],
  );
});

test('a training that ends with a loss a thousand times that of guessing is no result, though it is finite', async () => {
  const ending = (loss: number) => {
    class Lossy extends RecordingEngine {
      override open(...given: Parameters<RecordingEngine['open']>) {
        return { ...super.open(...given), trainStep: () => loss };
      }
    }
    return trained(new Lossy(), augmentationOf());
  };
  await ending(1000);
  await assert.rejects(
    ending(1e6),
    /The loss is 1000000 at step (\d+) of \1 \(rate [\d.]+\), and that of guessing 1\.1\. Lower the rate/,
  );
});

test('a checkpoint says on how many images the rate was decided', async () => {
  const schedule = async (watch: 'held-out' | 'none') => {
    const settings = { watch, heldOut: 0.25, epochs: 3 } as const;
    const { output } = await trained(new RecordingEngine(), augmentationOf(), settings);
    return (await readCheckpoint(output)).description.training!.schedule;
  };
  const count = Math.round(0.25 * images.train.length);
  assert.ok((await schedule('held-out')).includes(`${count} images held out`));
  assert.doesNotMatch(await schedule('none'), /held out/);
});
