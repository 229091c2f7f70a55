import assert from 'node:assert/strict';
import test from 'node:test';
import type { ImageIndex } from '../../src/data/index-file.js';
import type { Augmentation } from '../../src/image/augmentation.js';
import { Augmenter } from '../../src/image/augmenter.js';
import { writeWindow } from '../../src/image/batch.js';
import { ImageLoader } from '../../src/image/image-loader.js';
import { ImageError } from '../../src/image/pixels.js';
import { ALONE } from '../../src/util/share.js';
import { type BatchSettings, type TrainingBatch, trainingBatches } from '../../src/stages/train/batches.js';
import { Sampler } from '../../src/stages/train/sampler.js';
import { noise, png } from '../support/pictures.js';

const COUNT = 7;
const encoded = new Map<string, Buffer>();
for (let i = 0; i < COUNT; i++) encoded.set(`${i}`, await png(noise(12 + i, 14, i)));
const index: ImageIndex = {
  classes: ['a', 'b', 'c'],
  images: [...encoded].map(([id, bytes], i) => ({ id, label: i % 3, bytes: bytes.length, sha256: '' })),
};
const augmentation: Augmentation = {
  policy: { crop: 'random', mirror: true, colour: 'pca', colourSd: 0.1 },
  meanRgb: [120, 110, 100],
  covarianceRgb: [
    [900, 500, 400],
    [500, 800, 300],
    [400, 300, 700],
  ],
  pixels: 1,
  images: COUNT,
};
const augmenter = (seed: number) => new Augmenter(augmentation, { min: 10, max: 10 }, seed);
const settings: BatchSettings = {
  crop: 8,
  batch: 4,
  seed: 3,
  steps: 6,
  augmenter: augmenter(3),
  normalisation: { meanRgb: [120, 110, 100], scale: 0.02 },
  share: ALONE,
};

function loader(): ImageLoader {
  const read = (id: string) => Promise.resolve(encoded.get(id)!);
  return new ImageLoader({ read, side: 10, split: 'train', cacheBytes: 1e6 });
}

async function batches(first = 0, changed: Partial<BatchSettings> = {}): Promise<TrainingBatch[]> {
  const all: TrainingBatch[] = [];
  for await (const batch of trainingBatches(index, loader(), { ...settings, ...changed }, first))
    all.push(batch);
  return all;
}

test('a training that begins at a later step sees the batches of the whole one', async () => {
  const whole = await batches();
  assert.deepEqual(
    whole.map(({ step }) => step),
    [0, 1, 2, 3, 4, 5],
  );
  for (const first of [1, 3, 5]) assert.deepEqual(await batches(first), whole.slice(first));
});

test('each image of a batch is its sample’s crop, mirrored and normalised by that sample’s draws', async () => {
  const sampler = new Sampler(COUNT, settings.seed);
  for (const { step, images, labels } of await batches()) {
    const samples = sampler.batch(step, settings.batch);
    const expected = new Float32Array(images.data.length);
    for (const [i, { position, image }] of samples.entries()) {
      const pixels = await loader().load(`${image}`);
      const window = settings.augmenter.window(pixels, 8, position);
      const shifted = settings.augmenter.normalisation(settings.normalisation, position);
      writeWindow(pixels, window, shifted, expected, i);
    }
    assert.deepEqual(images, { count: 4, height: 8, width: 8, data: expected });
    assert.deepEqual(
      [...labels],
      samples.map(({ image }) => image % 3),
    );
  }
});

test('an image is cropped in another way when its turn comes again', async () => {
  const seen = new Set<string>();
  const all = await batches(0, { batch: COUNT, steps: 4 });
  const sampler = new Sampler(COUNT, settings.seed);
  for (const { step, images } of all) {
    const at = sampler.batch(step, COUNT).findIndex(({ image }) => image === 0);
    seen.add(images.data.subarray(at * 192, (at + 1) * 192).join());
  }
  assert.ok(seen.size >= 3, `${seen.size} of 4 are different`);
});

test('the seed changes order and crops', async () => {
  const [first] = await batches(0, { steps: 1 });
  const [other] = await batches(0, { steps: 1, seed: 4, augmenter: augmenter(4) });
  assert.notDeepEqual(other!.images.data, first!.images.data);
});

test('a bad image stops the training at its batch, and is named', async () => {
  const read = (id: string) => Promise.resolve(id === '2' ? Buffer.from('no image') : encoded.get(id)!);
  const bad = new ImageLoader({ read, side: 10, split: 'train', cacheBytes: 0 });
  const seen: number[] = [];
  const train = async () => {
    for await (const { step } of trainingBatches(index, bad, settings)) seen.push(step);
  };
  await assert.rejects(
    train(),
    (error) => error instanceof ImageError && error.message.includes('"train/2"'),
  );
  const place = new Sampler(COUNT, settings.seed);
  const hit = [0, 1, 2, 3].find((step) => place.batch(step, 4).some(({ image }) => image === 2))!;
  assert.deepEqual(seen, [...Array(hit).keys()]);
});

/** Steps whose images are asked for while step 0 is computed. */
async function aheadOf(batch: number): Promise<number> {
  let reads = 0;
  const read = (id: string) => {
    reads += 1;
    return Promise.resolve(encoded.get(id)!);
  };
  const counting = new ImageLoader({ read, side: 10, split: 'train', cacheBytes: 0 });
  for await (const { step } of trainingBatches(index, counting, { ...settings, batch, steps: 9 })) {
    assert.equal(step, 0);
    break;
  }
  return reads / batch - 1;
}

test('three batches are on their way while one is computed, of large ones fewer', async () => {
  assert.equal(await aheadOf(4), 3);
  assert.equal(await aheadOf(256), 2);
  assert.equal(await aheadOf(600), 1);
});

test('workers make the batch together, each its part, with the crops that one would make', async () => {
  const [whole] = await batches(0, { steps: 1, batch: 5 });
  const parts = await Promise.all(
    [0, 1].map(async (rank) => (await batches(0, { steps: 1, batch: 5, share: { rank, workers: 2 } }))[0]!),
  );
  assert.deepEqual(
    parts.map(({ part, images }) => [part, images.count]),
    [
      [{ first: 0, of: 5 }, 2],
      [{ first: 2, of: 5 }, 3],
    ],
  );
  assert.deepEqual(
    parts.flatMap(({ images }) => [...images.data]),
    [...whole!.images.data],
  );
  assert.deepEqual(
    parts.flatMap(({ labels }) => [...labels]),
    [...whole!.labels],
  );
});
