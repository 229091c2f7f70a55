/**
 * Our dense evaluation against PyTorch's, on photographs that are not square and maps of 3 x 3 positions and
 * more. Run by `.ci/run`: IMAGES=DIR TORCH_PYTHON=python3. PyTorch gets our rescaled pixels.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { wholeImage, writeWindow } from '../../src/image/batch.js';
import { rescale } from '../../src/image/rescale.js';
import { initialise } from '../../src/nn/net-state.js';
import { buildNet, positionsAlong } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { softmaxRows } from '../../src/nn/posterior.js';
import { scoreImages } from '../../src/stages/evaluate/score-images.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { largestDeviation } from '../support/numeric-case.js';
import {
  assertSameTopFive,
  judge,
  NORMALISATION,
  photographs,
  scoresOf,
  TOLERANCE,
  whole,
} from './support/torch-dense.js';

const net = buildNet(netShape('A', { width: 1 / 8, crop: 64, classes: 20, pooling: 'ceil' }));
const { classes } = net.shape;
const state = initialise(net, 'he', 3);
const Q = 128;

const images = await Promise.all((await photographs(40)).map((photograph) => rescale(photograph, Q)));
const theirs = judge({ net, state }, images.map(whole));
const engine = await engineOf(availableBackends()[0]!);

async function evaluate(mirror: boolean): Promise<Float32Array> {
  const session = engine.open(net, state);
  try {
    const evaluator = { net, session, normalisation: NORMALISATION, mirror };
    const dense = { method: 'dense', mapAverage: 'scores' } as const;
    return (await scoreImages(images, { ...dense, ...evaluator })).posteriors;
  } finally {
    session.close();
  }
}

test('the photographs give maps of at least 3 x 3 positions, most of them not square', () => {
  const places = images.map(({ height, width }) => [positionsAlong(net, height), positionsAlong(net, width)]);
  assert.ok(places.every(([rows, columns]) => rows! >= 3 && columns! >= 3));
  assert.ok(places.filter(([rows, columns]) => rows !== columns).length > images.length / 2);
});

test("scores of each photograph are PyTorch's within the tolerance, and its five best classes too", (t) => {
  let worst = 0;
  for (const [i, image] of images.entries()) {
    const ours = scoresOf(engine, { net, state }, whole(image));
    const expected = theirs.scores.subarray(i * classes, (i + 1) * classes);
    worst = Math.max(worst, largestDeviation(ours, expected));
    assertSameTopFive(ours, expected);
  }
  const spread = Math.max(...theirs.scores) - Math.min(...theirs.scores);
  t.diagnostic(
    `worst ${worst.toExponential(1)} of ${images.length} photographs, scores spread by ${spread.toFixed(1)}`,
  );
  assert.ok(spread >= 1);
  assert.ok(worst <= TOLERANCE);
});

test("posteriors averaged with the mirror image are PyTorch's", async () => {
  assert.ok(largestDeviation(await evaluate(true), theirs.posteriors) <= TOLERANCE);
});

test('the judge sees an evaluation without the mirror image', async () => {
  assert.ok(largestDeviation(await evaluate(false), theirs.posteriors) > 10 * TOLERANCE);
});

test('the judge sees a soft-max before the average over positions', () => {
  const session = engine.open(net, state);
  const wrong = images.map((image) => {
    const sum = new Float64Array(classes);
    for (const mirrored of [false, true]) {
      const data = new Float32Array(image.width * image.height * 3);
      writeWindow(image, wholeImage(image, mirrored), NORMALISATION, data, 0);
      const map = session.scoreMap({ count: 1, height: image.height, width: image.width, data });
      const posteriors = softmaxRows(Float64Array.from(map.data), classes);
      for (const [i, p] of posteriors.entries()) sum[i % classes]! += p / (2 * map.rows * map.columns);
    }
    return sum;
  });
  session.close();
  const flat = Float32Array.from(wrong.flatMap((posteriors) => [...posteriors]));
  assert.ok(largestDeviation(flat, theirs.posteriors) > 10 * TOLERANCE);
});
