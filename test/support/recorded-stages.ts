/** Trainings and evaluations of small pictures by an engine that records, and the batches as cut by hand. */
import assert from 'node:assert/strict';
import type { Split } from '../../src/data/dataset.js';
import { DecodedImages } from '../../src/image/decoded-images.js';
import { readIndex } from '../../src/data/index-file.js';
import {
  type Augmentation,
  type AugmentationPolicy,
  writeAugmentation,
} from '../../src/image/augmentation.js';
import { decode } from '../../src/image/decode.js';
import type { Pixels } from '../../src/image/pixels.js';
import { rescale, type Rescaling, USUAL_RESCALING } from '../../src/image/rescale.js';
import type { Engine } from '../../src/nn/engine.js';
import { BUILT_IN } from '../../src/nn/layer-kinds.js';
import type { EvaluateParameters } from '../../src/stages/evaluate/definition.js';
import { EvaluateStage } from '../../src/stages/evaluate/stage.js';
import { IndexStage } from '../../src/stages/index/stage.js';
import type { TrainParameters } from '../../src/stages/train/definition.js';
import { TrainStage } from '../../src/stages/train/stage.js';
import { MemoryArtifact, pictureSet, runStage, type StageRun, type StageRunOptions } from './stage-rig.js';

export const CROP = 32;

export const PARAMETERS: TrainParameters = {
  net: 'A',
  width: 1 / 32,
  crop: CROP,
  pooling: 'ceil',
  S: 45,
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
  watch: 'none',
  heldOut: 0.05,
};

const SOURCE = { kind: 'memory', name: 'noise' };

/** Twelve pictures of two shapes in each split. */
export const dataset = await pictureSet(4);

const indexArtifact = async (split: Split) =>
  (await runStage(new IndexStage(dataset), { dataset: SOURCE, split, limit: null })).output;

export const indexes = { train: await indexArtifact('train'), val: await indexArtifact('val') };

export const images = {
  train: (await readIndex(indexes.train)).images,
  val: (await readIndex(indexes.val)).images,
};

/** Nothing is varied, so that a batch holds centre crops. */
export const STILL: AugmentationPolicy = { crop: 'centre', mirror: false, colour: 'none', colourSd: 0.1 };

/** Of statistics that no set of pictures here has. */
export function augmentationOf(
  policy: Partial<AugmentationPolicy> = {},
  changed: Partial<Augmentation> = {},
): Augmentation {
  return {
    policy: { ...STILL, ...policy },
    images: 12,
    pixels: 12 * 40 * 50,
    meanRgb: [100, 120, 140],
    covarianceRgb: [
      [1600, 700, 300],
      [700, 1700, 500],
      [300, 500, 1500],
    ],
    ...changed,
  };
}

export async function trained(
  engine: Engine,
  augmentation: Augmentation,
  changed: Partial<TrainParameters> = {},
  inputs: StageRunOptions['inputs'] = {},
): Promise<StageRun> {
  const artifact = new MemoryArtifact();
  for (const [file, text] of Object.entries(writeAugmentation(augmentation)))
    await artifact.write(file, text);
  return runStage(
    new TrainStage(dataset, engine, BUILT_IN, new DecodedImages(0)),
    { ...PARAMETERS, ...changed },
    { inputs: { index: indexes.train, augmentation: artifact, ...inputs } },
  );
}

export function evaluated(
  engine: Engine,
  checkpoint: MemoryArtifact,
  parameters: Omit<EvaluateParameters, keyof Rescaling> & Partial<Rescaling>,
): Promise<StageRun> {
  const inputs = { index: indexes.val, checkpoint };
  const stage = new EvaluateStage(dataset, engine, BUILT_IN, new DecodedImages(0));
  return runStage(stage, { ...USUAL_RESCALING, ...parameters }, { inputs });
}

/** An image as it stands before its crop. */
export async function rescaled(
  split: Split,
  id: string,
  side: number,
  rescaling = USUAL_RESCALING,
): Promise<Pixels> {
  return rescale(await decode(await dataset.read(SOURCE, split, id)), side, rescaling);
}

export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly mirrored?: boolean;
}

/** Where a crop in the middle starts. */
export function middle({ width, height }: Pixels): Cut {
  return { left: Math.floor((width - CROP) / 2), top: Math.floor((height - CROP) / 2) };
}

/** A crop, pixel by pixel: less the mean, times the scale. */
export function cut(
  image: Pixels,
  { left, top, mirrored = false }: Cut,
  mean: readonly number[],
  scale: number,
): number[] {
  return Array.from({ length: CROP * CROP * 3 }, (_, at) => {
    const [channel, place] = [at % 3, Math.floor(at / 3)];
    const [x, y] = [place % CROP, Math.floor(place / CROP)];
    const from = (top + y) * image.width + left + (mirrored ? CROP - 1 - x : x);
    return (image.data[from * 3 + channel]! - mean[channel]!) * scale;
  });
}

/** One after the other; a hundredth of a grey level counts, what float32 rounds does not. */
export function assertSameImages(
  found: readonly Float32Array[],
  expected: readonly (readonly number[])[],
  scale: number,
): void {
  assert.equal(found.length, expected.length, 'how many images there are');
  for (const [i, image] of expected.entries()) {
    assert.equal(found[i]!.length, image.length, `the size of image ${i}`);
    const at = image.findIndex((value, j) => !(Math.abs(found[i]![j]! - value) <= 0.01 * scale));
    assert.ok(at < 0, `image ${i} at ${at}: ${found[i]![at]} is not ${image[at]}`);
  }
}
