import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type CheckpointDescription, readCheckpoint, writeCheckpoint } from '../../src/nn/checkpoint.js';
import { buildNet } from '../../src/nn/net.js';
import { initialise } from '../../src/nn/net-state.js';
import { netShape } from '../../src/nn/nets.js';
import { readScores, type Scores, writeScores } from '../../src/nn/scores.js';
import { FormatError } from '../../src/util/safetensors.js';

type Files = Readonly<Record<string, string | Uint8Array>>;

function readerOf(files: Files) {
  return { read: (file: string) => Promise.resolve(Buffer.from(files[file]! as Uint8Array)) };
}

const shape = netShape('A', { width: 1 / 64, crop: 32, classes: 3, pooling: 'ceil' });
const description: CheckpointDescription = {
  format: 1,
  shape,
  classes: ['bird', 'cat', 'Hund “ä”'],
  mean: [123.1, 116.2, 103.3],
  inputScale: 1 / 58,
  channelOrder: 'RGB',
  flattenOrder: 'HWC',
  S: 96,
  initialisation: 'he',
  steps: 12,
  batch: 32,
};
const { weights } = initialise(buildNet(shape), 'he', 1);

test('a checkpoint is read as it was written', async () => {
  const read = await readCheckpoint(readerOf(writeCheckpoint({ description, weights })));
  assert.deepEqual(read.description, description);
  assert.deepEqual([...read.weights], [...weights]);
});

test('equal checkpoints are equal bytes', () => {
  assert.deepEqual(writeCheckpoint({ description, weights }), writeCheckpoint({ description, weights }));
});

test('damaged weights are a wrong format', async () => {
  const files = writeCheckpoint({ description, weights });
  const cut = Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [
      name,
      typeof bytes === 'string' ? bytes : bytes.subarray(0, -4),
    ]),
  );
  await assert.rejects(readCheckpoint(readerOf(cut)), FormatError);
});

const protocol: Scores['protocol'] = {
  method: 'dense',
  mirror: true,
  dataset: 'drawings',
  initialisation: 'he',
  steps: 12,
  batch: 32,
  S: 96,
  Q: 128,
  net: shape,
  positions: [2, 6],
  mapAverage: 'scores',
};

test('scores of any images and classes are read as they were written', async () => {
  const image = fc.record({ id: fc.string({ unit: 'grapheme' }), label: fc.nat({ max: 2 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(image, { maxLength: 5 }), async (images) => {
      const scores: Scores = {
        posteriors: Float32Array.from({ length: images.length * 3 }, (_, i) => 1 / (i + 1)),
        labels: images.map(({ label }) => label),
        ids: images.map(({ id }) => id),
        classes: ['a', 'b\n', '"c"'],
        protocol,
      };
      assert.deepEqual(await readScores(readerOf(writeScores(scores))), scores);
    }),
    { examples: [[[]]] },
  );
});

test('posteriors that are cut short are a wrong format', async () => {
  const scores = {
    posteriors: Float32Array.of(1, 0, 0),
    labels: [0],
    ids: ['x'],
    classes: ['a', 'b', 'c'],
    protocol,
  };
  const files: Record<string, string | Uint8Array> = { ...writeScores(scores) };
  for (const [name, bytes] of Object.entries(files))
    if (typeof bytes !== 'string') files[name] = bytes.subarray(0, -1);
  await assert.rejects(readScores(readerOf(files)), FormatError);
});
