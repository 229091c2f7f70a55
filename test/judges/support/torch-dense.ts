/** Dense evaluation of photographs by PyTorch, and by us as far as the scores of one image. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Window, wholeImage, writeWindow } from '../../../src/image/batch.js';
import { decode } from '../../../src/image/decode.js';
import type { Pixels } from '../../../src/image/pixels.js';
import type { Engine } from '../../../src/nn/engine.js';
import type { NetState } from '../../../src/nn/net-state.js';
import type { Net } from '../../../src/nn/net.js';
import { meanScores } from '../../../src/nn/posterior.js';
import { readNpy } from '../../../src/util/npy.js';
import { writeSafetensors } from '../../../src/util/safetensors.js';
import { layersOf } from '../../support/numeric-case.js';
import { python } from './torch-case.js';

const JUDGES = fileURLToPath(new URL('../../../../test/judges', import.meta.url));

/** Near enough to VOC's, so that inputs are of about unit variance. */
export const NORMALISATION = { meanRgb: [117, 114, 104], scale: 1 / 58 } as const;

/** The design's tolerance on scores before the soft-max. */
export const TOLERANCE = 1e-4;

/** A net with its numbers. */
export interface Subject {
  readonly net: Net;
  readonly state: NetState;
}

/** The first photographs of VOC 2007 below IMAGES, as they are; hardly one is square. */
export async function photographs(count: number): Promise<Pixels[]> {
  const root = process.env['IMAGES'];
  assert.ok(root, 'IMAGES names no folder');
  const folder = join(root, 'voc2007/JPEGImages');
  const files = readdirSync(folder).sort().slice(0, count);
  return Promise.all(files.map(async (file) => decode(readFileSync(join(folder, file)))));
}

/** A rescaled photograph, or a part of it. */
export interface View {
  readonly image: Pixels;
  readonly window: Window;
}

export function whole(image: Pixels): View {
  return { image, window: wholeImage(image, false) };
}

/**
 * What PyTorch makes of views: it is given the rescaled pixels and cuts windows out by itself.
 * @returns [views, classes] each: scores averaged over positions, and posteriors averaged with the mirror image's
 */
export function judge(
  subject: Subject,
  views: readonly View[],
): { readonly scores: Float32Array; readonly posteriors: Float32Array } {
  const [scores, posteriors] = judged('torch_posteriors.py', subject, views, ['scores', 'posteriors']);
  return { scores: scores!, posteriors: posteriors! };
}

/**
 * What PyTorch makes of whole images by a method of evaluation, mirrors averaged in.
 * @returns by method, [images, classes] each: means of the posteriors of all views, and of their logarithms
 */
export function judgeProtocols<M extends string>(
  subject: Subject,
  images: readonly Pixels[],
  methods: readonly M[],
): ReadonlyMap<M, { readonly posteriors: Float32Array; readonly logs: Float32Array }> {
  const names = methods.flatMap((method) => [method, `${method}.log`]);
  const arrays = judged('torch_protocols.py', subject, images.map(whole), names);
  return new Map(
    methods.map((method, i) => [method, { posteriors: arrays[2 * i]!, logs: arrays[2 * i + 1]! }]),
  );
}

/** @returns the arrays of these names that the judge writes */
function judged(
  script: string,
  { net, state }: Subject,
  views: readonly View[],
  names: readonly string[],
): readonly Float32Array[] {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-judge-'));
  try {
    for (const [i, { image }] of views.entries()) writeFileSync(join(folder, `${i}.raw`), image.data);
    writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(state.weights));
    const description = {
      layers: layersOf(net),
      pooling: net.shape.pooling,
      crop: net.shape.crop,
      mean: NORMALISATION.meanRgb,
      scale: NORMALISATION.scale,
      sizes: views.map(({ image }) => [image.height, image.width]),
      windows: views.map(({ window: { top, left, height, width } }) => [top, left, height, width]),
    };
    writeFileSync(join(folder, 'case.json'), JSON.stringify(description));
    execFileSync(python, [join(JUDGES, script), folder], { stdio: 'inherit' });
    return names.map((name) => readNpy(readFileSync(join(folder, `${name}.npy`))).data);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Our scores of one view, averaged over positions before the soft-max. */
export function scoresOf(engine: Engine, { net, state }: Subject, { image, window }: View): Float32Array {
  const { height, width } = window;
  const data = new Float32Array(width * height * 3);
  writeWindow(image, window, NORMALISATION, data, 0);
  const session = engine.open(net, state);
  try {
    return Float32Array.from(meanScores(session.scoreMap({ count: 1, height, width, data })));
  } finally {
    session.close();
  }
}

/** Whether the five best classes are to be the same: not where the fifth and sixth are closer than the tolerance. */
export function assertSameTopFive(ours: Float32Array, expected: Float32Array): void {
  const order = ranking(expected);
  const gap = expected[order[4]!]! - expected[order[5]!]!;
  if (gap > TOLERANCE * Math.max(...expected.map(Math.abs)))
    assert.deepEqual(new Set(ranking(ours).slice(0, 5)), new Set(order.slice(0, 5)));
}

function ranking(values: Float32Array): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!);
}
