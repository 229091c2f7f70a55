/**
 * Weights in other libraries' files, as those libraries wrote them: `test/golden/weights`, made by
 * `test/judges/torch_weights.py test/golden/weights 0.015625 40 4 A FORMATS` with PyTorch's scores of each.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Checkpoint, readCheckpoint } from '../../src/nn/checkpoint.js';
import { BUILT_IN } from '../../src/nn/layer-kinds.js';
import type { ImportParameters } from '../../src/stages/import/definition.js';
import { ImportStage } from '../../src/stages/import/stage.js';
import { readNpy } from '../../src/util/npy.js';
import { checkpointScores } from '../support/checkpoint-scores.js';
import { engineOf } from '../support/engines.js';
import { GOLDEN_WEIGHTS } from '../support/golden-weights.js';
import { largestDeviation } from '../support/numeric-case.js';
import { Scratch } from '../support/scratch.js';
import { runStage } from '../support/stage-rig.js';

const FOLDER = fileURLToPath(new URL('../../../test/golden/weights/', import.meta.url));
const CLASSES = ['cat', 'dog', 'horse', 'sheep'];

async function imported(file: string, parameters: Partial<ImportParameters> = {}): Promise<Checkpoint> {
  const { output } = await runStage(
    new ImportStage(BUILT_IN),
    { net: 'A', S: 256, crop: 40, width: 1 / 64, classes: CLASSES, ...parameters },
    { file },
  );
  return readCheckpoint(output);
}

const engine = await engineOf('wasm');

const images = readFileSync(`${FOLDER}images.npy`);

describe("a net in another library's file gives the scores that PyTorch finds in the order of that file:", () => {
  for (const { file, format, from } of GOLDEN_WEIGHTS)
    test(file, async () => {
      const checkpoint = await imported(FOLDER + file);
      const theirs = readNpy(readFileSync(`${FOLDER}A-${format}.scores.npy`)).data;
      assert.ok(largestDeviation(checkpointScores(checkpoint, images, engine), theirs) <= 1e-4);
      const { importedFrom, shape, classes } = checkpoint.description;
      assert.equal(importedFrom?.format, from.format);
      assert.equal(importedFrom.channelOrder, from.channels);
      assert.equal(shape.pooling, from.pooling);
      assert.deepEqual(classes, CLASSES);
    });
});

test('fully-connected layers may be numbered from what flattens before them, as jcjohnson has them', async () => {
  await using scratch = await Scratch.make();
  const bytes = readFileSync(`${FOLDER}A-safetensors.safetensors`);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = bytes.toString('latin1', 8, start);
  bytes.write(
    header.replaceAll('classifier.0.', 'classifier.1.').replaceAll('classifier.3.', 'classifier.4.'),
    8,
    'latin1',
  );
  const { weights } = await imported(await scratch.write('a.safetensors', bytes));
  assert.deepEqual(weights, (await imported(`${FOLDER}A-safetensors.safetensors`)).weights);
});

test('what a spec says of the colours, their mean and deviation and of the pooling goes before what is usual', async () => {
  const usual = await imported(`${FOLDER}A-caffe.caffemodel`);
  const said = await imported(`${FOLDER}A-caffe.caffemodel`, {
    ...{ channels: 'RGB', mean: [1, 2, 3], std: [2, 4, 8], pooling: 'ceil' },
  });
  assert.deepEqual(said.description.mean, [1, 2, 3]);
  assert.deepEqual(said.description.inputScale, [1 / 2, 1 / 4, 1 / 8]);
  const [theirs, ours] = [usual, said].map(({ weights }) => weights.get('conv1_1.weight')!.data) as [
    Float32Array,
    Float32Array,
  ];
  const { shape } = usual.weights.get('conv1_1.weight')!;
  const units = shape[3]!;
  // [height, width, channels in, units]: the first colour of the one is the last of the other.
  assert.deepEqual(ours.subarray(0, units), theirs.subarray(2 * units, 3 * units));
});

describe('a file that does not fit is refused with the layer and the shapes:', () => {
  const refused = async (file: string, parameters: Partial<ImportParameters>, says: RegExp) =>
    assert.rejects(imported(FOLDER + file, parameters), says);

  test('another net, which is named', () =>
    refused(
      'A-zip.pth',
      { net: 'B' },
      /A-zip\.pth: "features\.3\.weight" is 2 x 1 x 3 x 3 in the file, which is 3 x 3 x 1 x 2 in our order of axes, but conv1_2 of the net is 3 x 3 x 1 x 1\. It fits net A\.$/,
    ));

  test('another width', () =>
    refused(
      'A-caffe.caffemodel',
      { width: 1 / 32 },
      /"conv1_1\.weight" is 1 x 3 x 3 x 3 in the file, which is 3 x 3 x 3 x 1 in our order of axes, but conv1_1 of the net is 3 x 3 x 3 x 2\. It fits net A at a width of 1\/64\.$/,
    ));

  test('another number of classes', () =>
    refused(
      'A-keras.h5',
      { classes: ['cat', 'dog'] },
      /"predictions\.kernel" is 64 x 4 in the file, but fc8 of the net is 64 x 2\. Its convolutions fit: say other "classes" \(--class NAME for each\)\.$/,
    ));

  test('another crop, which the first fully-connected layer is made for', () =>
    refused(
      'A-safetensors.safetensors',
      { crop: 64 },
      /"classifier\.0\.weight" is 64 x 8 in the file, which is 8 x 64 in our order of axes, but fc6 of the net is 32 x 64\. Its convolutions fit: say another crop or pooling\.$/,
    ));

  test('another digest than the spec says', () =>
    refused(
      'A-zip.pth',
      { sha256: 'a'.repeat(64) },
      /A-zip\.pth has the SHA-256 [0-9a-f]{64}, not a{64} as the spec says/,
    ));
});

test('an HDF5 file that is cut short is told by its length', async () => {
  await using scratch = await Scratch.make();
  const bytes = readFileSync(`${FOLDER}A-keras.h5`);
  await assert.rejects(
    imported(await scratch.write('a.h5', bytes.subarray(0, bytes.length / 2))),
    new RegExp(`cut short: it should have ${bytes.length} bytes, and ${bytes.length / 2} are there`),
  );
});

test('a file whose name says another format than its content is refused by both', async () => {
  await using scratch = await Scratch.make();
  await copyFile(`${FOLDER}A-zip.pth`, scratch.path('a.h5'));
  await assert.rejects(
    imported(scratch.path('a.h5')),
    /a\.h5: By its name it is an HDF5 file of Keras, by its content a file of PyTorch/,
  );
  await assert.rejects(
    imported(await scratch.write('b.pth', 'no weights')),
    /b\.pth: none of the formats that are read/,
  );
  await assert.rejects(imported(scratch.path('c.pth')), /There is no file .*c\.pth/);
});
