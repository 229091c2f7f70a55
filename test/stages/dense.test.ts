import assert from 'node:assert/strict';
import test from 'node:test';
import type { ImageBatch, NetSession, ScoreMap } from '../../src/nn/engine.js';
import { initialise } from '../../src/nn/net-state.js';
import { buildNet, positionsAlong } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { type Evaluator, scoreImages } from '../../src/stages/evaluate/score-images.js';
import { anyEngine } from '../support/engines.js';
import { noise, painted } from '../support/pictures.js';

const net = buildNet(netShape('A', { width: 1 / 32, crop: 32, classes: 3, pooling: 'ceil' }));
const normalisation = { meanRgb: [128, 128, 128], scale: 1 / 64 } as const;

const DENSE = { method: 'dense', mapAverage: 'scores' } as const;

/** A session that scores by a formula. */
function scoring(score: (batch: ImageBatch, image: number) => number[], seen: ImageBatch[] = []): NetSession {
  const unused = () => {
    throw new Error('only scores here');
  };
  return {
    scoreMap: (batch): ScoreMap => {
      seen.push(batch);
      const data = Float32Array.from(Array.from({ length: batch.count }, (_, i) => score(batch, i)).flat());
      return { count: batch.count, rows: 1, columns: 1, classes: 3, data };
    },
    trainStep: unused,
    getState: unused,
    setState: unused,
    close: unused,
  };
}

test('images of different sizes keep their order and their positions', async () => {
  const engine = await anyEngine();
  const session = engine.open(net, initialise(net, 'he', 1));
  try {
    const evaluator: Evaluator = { ...DENSE, net, session, normalisation, mirror: true };
    const sizes = [
      [64, 33],
      [32, 64],
      [64, 33],
      [96, 70],
      [32, 64],
    ] as const;
    const images = sizes.map(([width, height], i) => noise(width, height, i));
    const { posteriors, positions } = await scoreImages(images, evaluator);
    assert.deepEqual(
      positions,
      sizes.map(([width, height]) => positionsAlong(net, width) * positionsAlong(net, height)),
    );
    for (const [i, image] of images.entries()) {
      const alone = await scoreImages([image], evaluator);
      for (let k = 0; k < 3; k++) assert.ok(Math.abs(alone.posteriors[k]! - posteriors[3 * i + k]!) < 1e-5);
    }
  } finally {
    session.close();
  }
});

test('images are batched by exact size, not by area', async () => {
  const seen: ImageBatch[] = [];
  const session = scoring(() => [0, 0, 0], seen);
  const images = [noise(40, 50), noise(50, 40), noise(40, 50)];
  await scoreImages(images, { ...DENSE, net, session, normalisation, mirror: false });
  assert.deepEqual(
    seen.map(({ count, width, height }) => [count, width, height]),
    [
      [2, 40, 50],
      [1, 50, 40],
    ],
  );
});

/** Class scores from the brightness of the first pixel, far from linear in it. */
function byFirstPixel({ data, width, height }: ImageBatch, image: number): number[] {
  const value = data[image * width * height * 3]!;
  return [4 * value, 0, -value];
}

function softmax(scores: readonly number[]): number[] {
  const sum = scores.reduce((s, v) => s + Math.exp(v), 0);
  return scores.map((v) => Math.exp(v) / sum);
}

test('an image and its mirror image are averaged after the soft-max', async () => {
  const image = painted(33, 32, (x) => (x === 0 ? 192 : 64));
  const session = scoring(byFirstPixel);
  const { posteriors } = await scoreImages([image], { ...DENSE, net, session, normalisation, mirror: true });
  const [left, right] = [softmax([4, 0, -1]), softmax([-4, 0, 1])];
  for (let k = 0; k < 3; k++) assert.ok(Math.abs(posteriors[k]! - (left[k]! + right[k]!) / 2) < 1e-6);
  const before = softmax([0, 0, 0]);
  assert.ok(Math.abs(posteriors[1]! - before[1]!) > 0.1, 'averaged before the soft-max it would be this');
});

test('without the mirror the image alone counts', async () => {
  const seen: ImageBatch[] = [];
  const image = painted(33, 32, (x) => (x === 0 ? 192 : 64));
  const session = scoring(byFirstPixel, seen);
  const { posteriors } = await scoreImages([image], { ...DENSE, net, session, normalisation, mirror: false });
  assert.equal(seen.length, 1);
  assert.ok(Math.abs(posteriors[0]! - softmax([4, 0, -1])[0]!) < 1e-6);
});

test('all views of an image count alike, after the soft-max', async () => {
  // The grid of a picture of 40 x 32 px has five columns of crops of 32 px, 2 px apart, and one row five times.
  const image = painted(40, 32, (x) => 64 + 4 * x);
  const session = scoring(byFirstPixel);
  const { posteriors, logPosteriors, positions } = await scoreImages([image], {
    ...{ method: 'multi-crop', mapAverage: 'scores', mirror: true },
    ...{ net, session, normalisation },
  });
  const firsts = [0, 2, 4, 6, 8].flatMap((left) => [64 + 4 * left, 64 + 4 * (left + 31)]);
  const each = firsts.map((value) => (value - 128) / 64).map((v) => softmax([4 * v, 0, -v]));
  for (let k = 0; k < 3; k++) {
    const mean = each.reduce((sum, p) => sum + p[k]!, 0) / each.length;
    const logs = each.reduce((sum, p) => sum + Math.log(p[k]!), 0) / each.length;
    assert.ok(Math.abs(posteriors[k]! - mean) < 1e-6);
    assert.ok(Math.abs(logPosteriors[k]! - logs) < 1e-5);
  }
  assert.deepEqual(positions, [25]);
});

test('crops of images of all sizes share batches', async () => {
  const seen: ImageBatch[] = [];
  const session = scoring(() => [0, 0, 0], seen);
  const images = [noise(40, 50), noise(50, 40), noise(33, 32)];
  await scoreImages(images, {
    ...{ method: 'ten-crop', mapAverage: 'scores', mirror: true },
    ...{ net, session, normalisation },
  });
  assert.deepEqual(
    seen.map(({ count, width, height }) => [count, width, height]),
    [[30, 32, 32]],
  );
});

for (const [mapAverage, expected] of [
  ['scores', softmax([0, 0, 0])],
  ['posteriors', [0.5, 0, 0.5]],
] as const)
  test(`over the positions of a score map ${mapAverage} are averaged where the spec says so`, async () => {
    const session = {
      ...scoring(() => [0, 0, 0]),
      scoreMap: ({ count }: ImageBatch): ScoreMap => ({
        ...{ count, rows: 1, columns: 2, classes: 3 },
        data: Float32Array.of(50, 0, -50, -50, 0, 50),
      }),
    };
    const { posteriors, positions } = await scoreImages([noise(32, 32)], {
      ...{ method: 'dense', mapAverage, mirror: false },
      ...{ net, session, normalisation },
    });
    for (let k = 0; k < 3; k++) assert.ok(Math.abs(posteriors[k]! - expected[k]!) < 1e-6);
    assert.deepEqual(positions, [2]);
  });
