/**
 * Weights in the files of other libraries, imported by the real command line: the class scores are PyTorch's, which
 * computes them in the orders that each file has. Run by `.ci/run`: TORCH_PYTHON=python3.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { largestDeviation } from '../support/numeric-case.js';
import { anyEngine } from '../support/engines.js';
import { Command } from '../support/command.js';
import { Scratch } from '../support/scratch.js';
import {
  ENDINGS,
  type Format,
  importedScores,
  makeWeights,
  scoresOf,
  type Size,
  weightsFile,
} from './support/torch-weights.js';

/** The design's. */
const TOLERANCE = 1e-4;
const FORMATS = Object.keys(ENDINGS) as Format[];

/** @returns deviation from PyTorch by net and format */
async function deviations(size: Size, nets: readonly string[], formats: readonly Format[]) {
  await using scratch = await Scratch.make();
  makeWeights(scratch.folder, size, nets, formats);
  const classes =
    size.classes === 1000
      ? 'ilsvrc2012'
      : `[${Array.from({ length: size.classes }, (_, i) => `c${i}`).join()}]`;
  const files = nets.flatMap((net) =>
    formats.map((format) => `{ net: ${net}, file: ${weightsFile(net, format)} }`),
  );
  await scratch.write(
    'weights.yaml',
    `title: Weights of others\ndata: { kind: embedded }\nscales: { crop: ${size.crop} }\nstages:\n  nets: { kind: import, matrix: { include: [${files.join()}] }, net: '\${net}', file: '\${file}', S: 256, width: ${size.width}, classes: ${classes} }\n`,
  );
  using command = new Command(['run', 'weights.yaml', '--store', 'runs'], scratch.folder);
  const { status, stderr, stdout } = await command.finished;
  assert.equal(status, 0, stdout + stderr);
  const found = await importedScores(scratch.path('runs'), scratch.folder, await anyEngine());
  const all = new Map<string, number>();
  for (const net of nets)
    for (const format of formats) {
      const file = weightsFile(net, format);
      const theirs = scoresOf(scratch.folder, net, format);
      assert.ok(
        Math.max(...theirs) - Math.min(...theirs) >= 1,
        'scores that differ too little to be compared',
      );
      all.set(file, largestDeviation(found.get(file)!, theirs));
    }
  return all;
}

test('nets A, B, D and E from every format give the scores that PyTorch computes from the same file', async (t) => {
  const all = await deviations({ width: 1 / 8, crop: 72, classes: 20 }, ['A', 'B', 'D', 'E'], FORMATS);
  t.diagnostic([...all].map(([file, deviation]) => `${file} ${deviation.toExponential(1)}`).join(', '));
  assert.equal(all.size, 4 * FORMATS.length);
  for (const [file, deviation] of all) assert.ok(deviation <= TOLERANCE, `${file}: ${deviation}`);
});

test("a full-size VGG-16 from .pth, .caffemodel, .h5 and safetensors gives PyTorch's class scores", async (t) => {
  const formats = ['old', 'zip', 'safetensors', 'keras', 'caffe-v1'] as const;
  const all = await deviations({ width: 1, crop: 224, classes: 1000 }, ['D'], formats);
  t.diagnostic([...all].map(([file, deviation]) => `${file} ${deviation.toExponential(1)}`).join(', '));
  for (const [file, deviation] of all) assert.ok(deviation <= TOLERANCE, `${file}: ${deviation}`);
});

test('OpenCV reads the caffemodels that judge us, and finds the same scores', async () => {
  await using scratch = await Scratch.make();
  makeWeights(scratch.folder, { width: 1 / 8, crop: 96, classes: 20 }, ['D'], ['caffe', 'caffe-v1']);
  for (const format of ['caffe', 'caffe-v1'] as const) {
    const [theirs, opencv] = [
      scoresOf(scratch.folder, 'D', format),
      scoresOf(scratch.folder, 'D', format, 'opencv'),
    ];
    assert.ok(largestDeviation(opencv, theirs) <= TOLERANCE);
  }
});
