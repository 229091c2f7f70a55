/**
 * Nets that the real command line exports, in PyTorch, torchvision and ONNX Runtime: their class scores are ours. Run by
 * `.ci/run`: TORCH_PYTHON=python3.
 */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Engine } from '../../src/nn/engine.js';
import { type NetName, netShape } from '../../src/nn/nets.js';
import { stagecraft } from '../support/command.js';
import { anyEngine } from '../support/engines.js';
import { largestDeviation } from '../support/numeric-case.js';
import { Scratch } from '../support/scratch.js';
import {
  type ExportCase,
  makeCheckpoint,
  ourScores,
  theirScores,
  TOLERANCE,
  writeImages,
} from './support/exported.js';
import { assertSameTopFive } from './support/torch-dense.js';

async function said(folder: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await stagecraft(folder, ...args);
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Image by image, before the soft-max. */
function assertSame(t: TestContext, what: string, ours: Float32Array[], theirs: Float32Array[]): void {
  assert.equal(theirs.length, ours.length);
  const apart = ours.map((scores, i) => largestDeviation(scores, theirs[i]!));
  t.diagnostic(`${what}: ${Math.max(...apart).toExponential(1)}`);
  // Otherwise a net that does not look at the image would pass.
  assert.ok(
    largestDeviation(ours[0]!, ours[1]!) > 100 * TOLERANCE,
    `${what}: all images have the same scores`,
  );
  for (const [i, scores] of ours.entries()) {
    assert.ok(apart[i]! <= TOLERANCE, `${what}, image ${i}: ${apart[i]}`);
    assertSameTopFive(scores, theirs[i]!);
  }
}

/** Drawings of 28 classes; two steps each. */
const SPEC = (crop: number) => `title: Nets to export
data: { kind: embedded }
limits: { train: 60, val: 28 }
scales: { crop: ${crop}, map: { 256: ${crop + 8} } }
nets:
  own: { layers: [conv7-16, maxpool, lrn, conv3-24, { kind: lrn, depthRadius: 1, alpha: 0.5, bias: 1 }, maxpool, conv1-32] }
stages:
  augmented: { kind: augment }
  a:
    kind: train
    matrix:
      include:
        - { net: A, pooling: ceil }
        - { net: A, pooling: floor }
        - { net: A-LRN, pooling: ceil }
        - { net: C, pooling: floor }
        - { net: B-5x5, pooling: ceil }
        - { net: own, pooling: ceil }
    net: '\${net}'
    pooling: '\${pooling}'
    S: 256
    augment: augmented
    width: 0.125
    epochs: 1
    batch: 30
    initialisation: he
`;

/** Sides that pools halve without a rest, and sides at which they round (72, 36, 18, 9, 5 or 4). */
for (const crop of [64, 72])
  test(`nets that are trained here give their scores in PyTorch and ONNX Runtime, crop ${crop}`, async (t) => {
    await using scratch = await Scratch.make();
    await scratch.write('nets.yaml', SPEC(crop));
    await said(scratch.folder, 'run', 'nets.yaml', '--slots', '2');
    const [plain, larger] = [scratch.path('plain.npy'), scratch.path('larger.npy')];
    writeImages(plain, 3, crop);
    writeImages(larger, 3, crop + 35, crop + 67);
    const engine = await anyEngine();
    const cases: (ExportCase & { readonly from: string })[] = [];
    const train = scratch.path('runs/store/train');
    const recipes = readdirSync(train);
    assert.equal(recipes.length, 6);
    for (const recipe of recipes) {
      const from = join(train, recipe, readdirSync(join(train, recipe))[0]!);
      for (const [file, ...options] of [
        ['net.safetensors'],
        ['net.onnx'],
        ['dense.onnx', '--dense'],
      ] as const) {
        const model = scratch.path(recipe, file);
        await said(scratch.folder, 'export', recipe.slice(0, 12), model, 'nets.yaml', ...options);
        cases.push({ model, from, images: plain, torchvision: null });
        if (file === 'dense.onnx') cases.push({ model, from, images: larger, torchvision: null });
      }
    }
    const theirs = theirScores(scratch.folder, cases);
    for (const [i, { model, from, images }] of cases.entries())
      assertSame(t, model.slice(scratch.folder.length), await ourScores(engine, from, images), theirs[i]!);
  });

async function fullSize(
  t: TestContext,
  engine: Engine,
  net: NetName,
  torchvision: string | null,
  files: readonly string[],
) {
  await using scratch = await Scratch.make();
  const from = scratch.path('checkpoint');
  makeCheckpoint(from, netShape(net, { width: 1, crop: 224, classes: 1000, pooling: 'ceil' }));
  const images = scratch.path('images.npy');
  writeImages(images, 3, 224);
  const ours = await ourScores(engine, from, images);
  for (const file of files) {
    const model = scratch.path(file);
    await said(scratch.folder, 'export', 'checkpoint', file);
    const [theirs] = theirScores(scratch.folder, [{ model, images, torchvision }]);
    assertSame(t, `${net}, ${file}`, ours, theirs!);
    rmSync(model);
  }
}

for (const [net, torchvision, files] of [
  ['A', 'vgg11', ['a.safetensors']],
  ['D', 'vgg16', ['d.safetensors', 'd.onnx']],
  ['E', 'vgg19', ['e.safetensors']],
] as const)
  test(`net ${net} at full size is torchvision's ${torchvision} with its weights, and gives our scores`, async (t) => {
    await fullSize(t, await anyEngine(), net, torchvision, files);
  });
