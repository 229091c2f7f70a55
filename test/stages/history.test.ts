import assert from 'node:assert/strict';
import test from 'node:test';
import { readNpy } from '../../src/util/npy.js';
import { History } from '../../src/stages/train/history.js';

function recorded(images: number, batch: number, losses: readonly number[], steps = losses.length) {
  const metrics: [string, number, number][] = [];
  const history = new History(
    images,
    { batch, steps },
    {
      progress: () => undefined,
      metric: (...metric) => metrics.push(metric),
    },
  );
  for (const [step, loss] of losses.entries()) {
    const epoch = history.step(step, loss, 0.01);
    if (epoch !== undefined) history.epoch(epoch);
  }
  const lines = history.files()['history.jsonl'].split('\n').filter(Boolean);
  return { metrics, lines: lines.map((line) => JSON.parse(line) as unknown) };
}

test('a line stands for each epoch that was completed, with the mean loss of its steps', () => {
  const { lines } = recorded(8, 4, [5, 3, 2, 1]);
  assert.deepEqual(lines, [
    { epoch: 1, step: 2, trainLoss: 4, rate: 0.01 },
    { epoch: 2, step: 4, trainLoss: 1.5, rate: 0.01 },
  ]);
});

test('a step that ends several epochs at once makes one line', () => {
  const { lines } = recorded(2, 6, [5, 3]);
  assert.deepEqual(lines, [
    { epoch: 3, step: 1, trainLoss: 5, rate: 0.01 },
    { epoch: 6, step: 2, trainLoss: 3, rate: 0.01 },
  ]);
});

test('loss and rate are reported every tenth step, and the mean at the end of an epoch', () => {
  const { metrics } = recorded(
    44,
    4,
    Array.from({ length: 12 }, (_, i) => 12 - i),
    100,
  );
  assert.deepEqual(metrics, [
    ['train_loss', 12, 0],
    ['learning_rate', 0.01, 0],
    ['train_loss', 2, 10],
    ['learning_rate', 0.01, 10],
    ['epoch_train_loss', 7, 1],
  ]);
});

test('a drop of the rate is reported at its step', () => {
  const points: unknown[] = [];
  const metric = (key: string, value: number, step: number) => {
    if (key === 'learning_rate') points.push([value, step]);
  };
  const history = new History(1000, { batch: 10, steps: 100 }, { progress: () => undefined, metric });
  for (let step = 0; step < 25; step++) history.step(step, 1, step < 13 ? 0.01 : 0.001);
  assert.deepEqual(points, [
    [0.01, 0],
    [0.01, 10],
    [0.001, 13],
    [0.001, 20],
  ]);
});

test('loss and rate of every step are kept as an array of NumPy, and what was watched stands in its epoch', () => {
  const history = new History(
    4,
    { batch: 4, steps: 2 },
    { progress: () => undefined, metric: () => undefined },
  );
  const watched = { top1: 50, top5: 10, loss: 2.5 };
  for (const [step, rate] of [0.1, 0.01].entries())
    history.epoch(history.step(step, 3 - step, rate)!, watched);
  const files = history.files();
  const { shape, data } = readNpy(files['steps.npy']);
  assert.deepEqual([...shape], [2, 2]);
  assert.deepEqual([...data], [3, 0.1, 2, 0.01].map(Math.fround));
  const lines = files['history.jsonl'].trim().split('\n');
  assert.deepEqual(JSON.parse(lines[1]!), { epoch: 2, step: 2, trainLoss: 2, rate: 0.01, watched });
});

test('the last step ends the last epoch, also where the steps are a part of a batch short of it, or half an epoch was asked for', () => {
  const epochs = (images: number, batch: number, steps: number) =>
    recorded(images, batch, Array<number>(steps).fill(1)).lines.map(
      (line) => (line as { epoch: number }).epoch,
    );
  // 12 images in batches of 5: 2 steps, 10 images, are one epoch; 7 steps, 35 images, are three.
  assert.deepEqual(epochs(12, 5, 2), [1]);
  assert.deepEqual(epochs(12, 5, 7), [1, 2, 3]);
  assert.deepEqual(epochs(40, 5, 4), [0.5]);
  assert.deepEqual(epochs(40, 5, 8), [1]);
});
