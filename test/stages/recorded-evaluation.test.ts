/** What an evaluation gives to its engine and makes of the scores, and what means make of that, beside the same by hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { pixelDeviation } from '../../src/image/augmentation.js';
import { DecodedImages } from '../../src/image/decoded-images.js';
import type { Pixels } from '../../src/image/pixels.js';
import { type Rescaling, USUAL_RESCALING } from '../../src/image/rescale.js';
import { BUILT_IN } from '../../src/nn/layer-kinds.js';
import { readLogPosteriors, readScores } from '../../src/nn/scores.js';
import { EvaluateStage } from '../../src/stages/evaluate/stage.js';
import { MeanStage } from '../../src/stages/mean/stage.js';
import {
  assertSameImages,
  augmentationOf,
  cut,
  dataset,
  evaluated,
  images,
  indexes,
  middle,
  rescaled,
  trained,
} from '../support/recorded-stages.js';
import { RecordingEngine, rowsOf } from '../support/recording-engine.js';
import { type MemoryArtifact, runStage } from '../support/stage-rig.js';

const augmentation = augmentationOf();
const mean = augmentation.meanRgb;
const scale = 1 / pixelDeviation(augmentation);
const checkpoint = (await trained(new RecordingEngine(), augmentation, { epochs: 0.5 })).output;

async function pictures(side: number, rescaling?: Rescaling): Promise<Pixels[]> {
  return Promise.all(images.val.map(({ id }) => rescaled('val', id, side, rescaling)));
}

for (const mirror of [true, false])
  test(`the centre crop is a window in the middle of the image, ${mirror ? 'as it is and mirrored' : 'not mirrored where the spec has it so'}`, async () => {
    const engine = new RecordingEngine();
    await evaluated(engine, checkpoint, { Q: 47, method: 'centre-crop', mirror });
    const all = await pictures(47);
    assert.equal(new Set(all.map(({ width }) => width)).size, 2);
    const expected = all.flatMap((image) =>
      (mirror ? [false, true] : [false]).map((mirrored) =>
        cut(image, { ...middle(image), mirrored }, mean, scale),
      ),
    );
    assertSameImages(engine.scored.flatMap(rowsOf), expected, scale);
  });

test('images are rescaled by the filter and the rule for the long side that are asked for', async () => {
  for (const rescaling of [
    { filter: 'bicubic', longSide: 'round' },
    { filter: 'lanczos3', longSide: 'floor' },
  ] as const) {
    const engine = new RecordingEngine();
    const { output } = await evaluated(engine, checkpoint, {
      ...{ Q: 47, method: 'centre-crop', mirror: false },
      ...rescaling,
    });
    const all = await pictures(47, rescaling);
    const expected = all.map((image) => cut(image, { ...middle(image), mirrored: false }, mean, scale));
    assertSameImages(engine.scored.flatMap(rowsOf), expected, scale);
    const said = JSON.parse(output.text('protocol.json')) as { readonly rescaling: object };
    assert.deepEqual(said.rescaling, rescaling);
    assert.notDeepEqual(all, await pictures(47));
  }
});

/** Far from linear in the red of the first pixel, which is another one in the mirror image. */
const scoresOf = (red: number) => [2 * red, 0.5, -red];

function logSoftmax(scores: readonly number[]): number[] {
  const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
  return scores.map((score) => score - Math.log(sum));
}

/** Logarithms of the posteriors of each image and, if wanted, of its mirror image. */
async function logsByHand(Q: number, mirror: boolean): Promise<number[][][]> {
  const red = (image: Pixels, column: number) => (image.data[3 * column]! - mean[0]) * scale;
  return (await pictures(Q)).map((image) =>
    (mirror ? [0, image.width - 1] : [0]).map((column) => logSoftmax(scoresOf(red(image, column)))),
  );
}

function dense(Q: number, mirror: boolean, sharpness = 1) {
  const engine = new RecordingEngine((image) => scoresOf(sharpness * image[0]!));
  return evaluated(engine, checkpoint, { Q, method: 'dense', mirror });
}

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function assertClose(found: Float32Array, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i]! - value) < 2e-6, `${found[i]} is not ${value} at ${i}`);
}

for (const mirror of [true, false])
  test(`posteriors and their logarithms are each averaged over ${mirror ? 'image and mirror image' : 'the image alone'}`, async () => {
    const { output } = await dense(44, mirror);
    const byHand = await logsByHand(44, mirror);
    const means = (of: (log: number) => number) =>
      byHand.flatMap((passes) => [0, 1, 2].map((k) => average(passes.map((logs) => of(logs[k]!)))));
    const [logs, posteriors] = [means((log) => log), means(Math.exp)];
    assertClose(await readLogPosteriors(output), logs);
    assertClose((await readScores(output)).posteriors, posteriors);
    const apart = Math.max(...logs.map((log, i) => Math.abs(log - Math.log(posteriors[i]!))));
    assert.equal(apart > 0.1, mirror, `the two means are ${apart} apart`);
  });

for (const weights of [[1, 2.5, 0.5], undefined])
  test(`a mean ${weights ? 'with' : 'without'} weights is that of the posteriors`, async () => {
    const members = await Promise.all(
      [0.4, 1, 2].map(async (sharpness) => (await dense(44, true, sharpness)).output),
    );
    const { output } = await runStage(new MeanStage(), weights ? { weights } : {}, {
      inputs: { scores: members },
    });
    const given = weights ?? [1, 1, 1];
    const total = given.reduce((a, b) => a + b);
    const weighted = async (read: (member: MemoryArtifact) => Promise<Float32Array>) => {
      const matrices = await Promise.all(members.map(read));
      return [...matrices[0]!].map(
        (_, i) => given.reduce((sum, weight, m) => sum + weight * matrices[m]![i]!, 0) / total,
      );
    };
    assertClose(
      (await readScores(output)).posteriors,
      await weighted(async (member) => (await readScores(member)).posteriors),
    );
  });

test('a second evaluation of the same images by one process reads none of them again', async () => {
  const decoded = new DecodedImages(1e6);
  let reads = 0;
  const counting = new Proxy(dataset, {
    get: (target, key) => {
      if (key === 'read') reads += 1;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const scoresAt = async (Q: number) => {
    const stage = new EvaluateStage(counting, new RecordingEngine(), BUILT_IN, decoded);
    const parameters = { Q, method: 'centre-crop', mirror: false, ...USUAL_RESCALING } as const;
    const { output } = await runStage(stage, parameters, { inputs: { index: indexes.val, checkpoint } });
    return output.files.get('posteriors.npy');
  };
  const first = await scoresAt(47);
  assert.equal(reads, images.val.length);
  await scoresAt(51);
  assert.deepEqual(await scoresAt(47), first);
  assert.equal(reads, images.val.length);
});
