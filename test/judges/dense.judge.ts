/**
 * Our dense evaluation against PyTorch's, on photographs that are not square and maps of 3 x 3 positions and
 * more. Run by `.ci/run`: IMAGES=DIR TORCH_PYTHON=python3. PyTorch gets our rescaled pixels.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { wholeImage, writeWindow } from '../../src/image/batch.js';
import { decode } from '../../src/image/decode.js';
import type { Pixels } from '../../src/image/pixels.js';
import { rescale } from '../../src/image/rescale.js';
import type { Engine } from '../../src/nn/engine.js';
import { initialise } from '../../src/nn/net-state.js';
import { buildNet, positionsAlong } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { meanScores, softmaxRows } from '../../src/nn/posterior.js';
import { scoreImages } from '../../src/stages/evaluate/score-images.js';
import { readNpy } from '../../src/util/npy.js';
import { writeSafetensors } from '../../src/util/safetensors.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { largestDeviation, layersOf } from '../support/numeric-case.js';

const JUDGE = fileURLToPath(new URL('../../../test/judges/torch_posteriors.py', import.meta.url));
const python = process.env['TORCH_PYTHON'] ?? 'python3';

const net = buildNet(netShape('A', { width: 1 / 8, crop: 64, classes: 20, pooling: 'ceil' }));
const { classes } = net.shape;
const state = initialise(net, 'he', 3);
const normalisation = { meanRgb: [117, 114, 104], scale: 1 / 58 } as const;
const Q = 128;

/** The design's tolerance on scores before the soft-max. */
const TOLERANCE = 1e-4;

async function photographs(count: number): Promise<Pixels[]> {
  const root = process.env['IMAGES'];
  assert.ok(root, 'IMAGES names no folder');
  const folder = join(root, 'voc2007/JPEGImages');
  const files = readdirSync(folder).sort().slice(0, count);
  return Promise.all(files.map(async (file) => rescale(await decode(readFileSync(join(folder, file))), Q)));
}

function judge(images: readonly Pixels[]): { scores: Float32Array; posteriors: Float32Array } {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-judge-'));
  try {
    for (const [i, { data }] of images.entries()) writeFileSync(join(folder, `${i}.raw`), data);
    writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(state.weights));
    const { meanRgb, scale } = normalisation;
    const sizes = images.map(({ height, width }) => [height, width]);
    const description = { layers: layersOf(net), pooling: net.shape.pooling, mean: meanRgb, scale, sizes };
    writeFileSync(join(folder, 'case.json'), JSON.stringify(description));
    execFileSync(python, [JUDGE, folder], { stdio: 'inherit' });
    const read = (name: string) => readNpy(readFileSync(join(folder, name))).data;
    return { scores: read('scores.npy'), posteriors: read('posteriors.npy') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function row(values: Float32Array, i: number): Float32Array {
  return values.subarray(i * classes, (i + 1) * classes);
}

function ranking(values: Float32Array): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!);
}

/** Scores of one image, averaged over positions before the soft-max. */
function scoresOf(engine: Engine, image: Pixels): Float32Array {
  const data = new Float32Array(image.width * image.height * 3);
  writeWindow(image, wholeImage(image, false), normalisation, data, 0);
  const session = engine.open(net, state);
  try {
    return Float32Array.from(
      meanScores(session.scoreMap({ count: 1, height: image.height, width: image.width, data })),
    );
  } finally {
    session.close();
  }
}

const images = await photographs(40);
const theirs = judge(images);
const engine = await engineOf(availableBackends()[0]!);

function evaluate(mirror: boolean): Float32Array {
  const session = engine.open(net, state);
  try {
    return scoreImages(images, { view: 'dense', net, session, normalisation, mirror }).posteriors;
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
    const ours = scoresOf(engine, image);
    const expected = row(theirs.scores, i);
    worst = Math.max(worst, largestDeviation(ours, expected));
    const order = ranking(expected);
    const gap = expected[order[4]!]! - expected[order[5]!]!;
    if (gap > TOLERANCE * Math.max(...expected.map(Math.abs))) {
      assert.deepEqual(new Set(ranking(ours).slice(0, 5)), new Set(order.slice(0, 5)));
    }
  }
  const spread = Math.max(...theirs.scores) - Math.min(...theirs.scores);
  t.diagnostic(
    `worst ${worst.toExponential(1)} of ${images.length} photographs, scores spread by ${spread.toFixed(1)}`,
  );
  assert.ok(spread >= 1);
  assert.ok(worst <= TOLERANCE);
});

test("posteriors averaged with the mirror image are PyTorch's", () => {
  assert.ok(largestDeviation(evaluate(true), theirs.posteriors) <= TOLERANCE);
});

test('the judge sees an evaluation without the mirror image', () => {
  assert.ok(largestDeviation(evaluate(false), theirs.posteriors) > 10 * TOLERANCE);
});

test('the judge sees a soft-max before the average over positions', () => {
  const session = engine.open(net, state);
  const wrong = images.map((image) => {
    const sum = new Float64Array(classes);
    for (const mirrored of [false, true]) {
      const data = new Float32Array(image.width * image.height * 3);
      writeWindow(image, wholeImage(image, mirrored), normalisation, data, 0);
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
