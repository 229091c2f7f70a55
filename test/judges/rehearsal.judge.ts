/**
 * The published weights' spec on a folder that looks like ILSVRC-2012 (official names, devkit, 50,000 images) and random
 * weights of full size in the authors' files. Run by `.ci/run`: IMAGES=DIR TORCH_PYTHON=python3; `bench/rehearsal.mjs`
 * has its times.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { ILSVRC2012_CLASSES } from '../../src/nn/weights/ilsvrc2012-classes.js';
import type { Table } from '../../src/run/table.js';
import { EXPERIMENTS, stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';
import { python } from './support/torch-case.js';
import { makeWeights, weightsFile } from './support/torch-weights.js';

const MAKER = fileURLToPath(new URL('../../../test/judges/ilsvrc_like.py', import.meta.url));
const SPEC = `${EXPERIMENTS}vgg/published-weights.yaml`;

async function made(): Promise<Scratch> {
  const scratch = await Scratch.make();
  await mkdir(scratch.path('weights'));
  makeWeights(scratch.path('weights'), { width: 1, crop: 224, classes: 1000 }, ['D', 'E'], ['caffe-v1']);
  for (const [net, layers] of [
    ['D', 16],
    ['E', 19],
  ] as const)
    await rename(
      scratch.path('weights', weightsFile(net, 'caffe-v1')),
      scratch.path(`weights/VGG_ILSVRC_${layers}_layers.caffemodel`),
    );
  await scratch.write('wnids.txt', ILSVRC2012_CLASSES.join('\n'));
  execFileSync(python, [MAKER, scratch.path('root'), scratch.path('wnids.txt'), process.env['IMAGES']!]);
  return scratch;
}

const SETS = ['data.root=root', 'weights=weights', 'limits.val=2'].flatMap((set) => ['--set', set]);

test("nets D and E of the authors' files are evaluated on official images, and their rows stand beside the paper's and others'", async () => {
  await using scratch = await made();
  const run = (...more: readonly string[]) => stagecraft(scratch.folder, 'run', SPEC, ...SETS, ...more);
  const only = ['--only', 'table3', '--only', 'crops'];
  const { status, stdout, stderr } = await run(...only);
  assert.equal(status, 0, stdout + stderr);
  const table = async (name: string) =>
    JSON.parse(await readFile(scratch.path(`runs/published-weights/${name}.json`), 'utf8')) as Table;
  const { rows } = await table('table3');
  const ours = rows.filter(({ runs }) => runs > 0);
  assert.deepEqual(
    ours.map(({ labels, metrics, images, classes }) => [
      labels['net'],
      metrics['top1']!.paper,
      images,
      classes,
    ]),
    [
      ['D', 25.6, 2, 1000],
      ['E', 25.5, 2, 1000],
    ],
  );
  const { rows: crops, tolerance } = await table('crops');
  assert.deepEqual(
    crops.map(({ labels }) => [labels['net'], labels['method']]),
    ['centre-crop', 'ten-crop'].flatMap((method) => ['D', 'E'].map((net) => [net, method])),
  );
  // These weights are nobody's, so nothing is said of whether they agree with those that others evaluated.
  assert.equal(tolerance, 0.5);
  for (const { metrics, unlike } of crops) {
    assert.equal(metrics['top5']!.agreement, undefined);
    assert.ok(
      unlike!.some(({ what, ours, paper }) => what === 'weights' && ours === 'others' && paper === 'oxford'),
    );
  }
  // In the ground truth's numbers classes have another order: sorted folders beside it would contradict it.
  const truth = scratch.path('root/ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt');
  const [first, ...others] = (await readFile(truth, 'utf8')).trim().split('\n');
  await writeFile(truth, [...others, first].join('\n'));
  const changed = await run(...only);
  assert.match(changed.stdout, /index \(split=val\).*: images changed/);
});
