/** Weights, scores, checkpoints, images and journals with bytes changed, cut off or put in: refused in words, or read. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { decode } from '../../src/image/decode.js';
import { ImageError } from '../../src/image/pixels.js';
import { readCheckpoint } from '../../src/nn/checkpoint.js';
import { readScores, writeScores } from '../../src/nn/scores.js';
import { parseRecord } from '../../src/trackers/journal-record.js';
import { readNpy, writeNpy } from '../../src/util/npy.js';
import { readSafetensors, writeSafetensors } from '../../src/util/safetensors.js';
import { UserError } from '../../src/util/user-error.js';
import { bounded, runs } from '../support/fuzz.js';
import { changes, cut, mutate, neverCrashes } from '../support/mutations.js';
import { noise } from '../support/pictures.js';

const floats = (count: number) => Float32Array.from({ length: count }, (_, i) => i / 7 - 1);

const arrays = new Map([
  ['conv1_1.weight', { shape: [3, 3, 3, 4], data: floats(108) }],
  ['conv1_1.bias', { shape: [4], data: floats(4) }],
]);

test('mutated safetensors are refused or read', async () => {
  await neverCrashes(writeSafetensors(arrays), (bytes) => readSafetensors(bytes), 1000);
});

test('a header that claims more than the file is refused before anything is allocated for it', () => {
  const header = Buffer.from(
    JSON.stringify({ w: { dtype: 'F32', shape: [1e9, 1e9], data_offsets: [0, 4e18] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  assert.throws(() => readSafetensors(Buffer.concat([length, header])), UserError);
  length.writeBigUInt64LE(2n ** 63n);
  assert.throws(() => readSafetensors(Buffer.concat([length, header])), UserError);
});

test('mutated .npy files are refused or read', async () => {
  await neverCrashes(writeNpy({ shape: [5, 6], data: floats(30) }), (bytes) => readNpy(bytes), 1000);
});

test('mutated scores are refused or read', async () => {
  const single = {
    ...{
      method: 'dense',
      mirror: true,
      dataset: 'x',
      initialisation: 'he',
      steps: 1,
      batch: 1,
      S: 96,
      Q: 96,
    },
    net: { net: 'A', layers: [], width: 1, crop: 32, pooling: 'ceil', classes: 3 },
    positions: [1, 1] as const,
    mapAverage: 'scores',
  } as const;
  const files = writeScores({
    posteriors: floats(6),
    labels: [0, 1],
    ids: ['a', 'b'],
    classes: ['x', 'y', 'z'],
    protocol: single,
  });
  // The others are JSON, which nothing reads whose digest is not that of the manifest.
  const name = 'posteriors.npy';
  const read = (bytes: Uint8Array) =>
    readScores({
      read: (file) => Promise.resolve(file === name ? bytes : Buffer.from(files[file] as Uint8Array)),
    });
  await neverCrashes(Buffer.from(files[name] as Uint8Array), read, 500);
});

test('mutated weights of a checkpoint are refused or read', async () => {
  await neverCrashes(
    writeSafetensors(arrays),
    (bytes) =>
      readCheckpoint({
        read: (file) => Promise.resolve(file.endsWith('.safetensors') ? bytes : Buffer.from('{"format": 1}')),
      }),
    200,
  );
});

const picture = noise(24, 18, 1);
const raw = { raw: { width: 24, height: 18, channels: 3 } } as const;
for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
  test(`mutated ${format} images are refused or decoded`, { timeout: 3_600_000 }, async () => {
    const bytes = await sharp(picture.data, raw).toFormat(format).toBuffer();
    await neverCrashes(
      bytes,
      (mutated) => decode(mutated),
      format === 'avif' ? 60 : 150,
      (error) => error instanceof ImageError,
    );
  });

test('an image whose header claims to be huge is refused for its size, not tried', async () => {
  const png = await sharp(picture.data, raw).png().toBuffer();
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  // Its checksum, which libvips looks at first.
  png.writeInt32BE(crc32(png.subarray(12, 29)), 29);
  await assert.rejects(
    decode(png),
    (error) => error instanceof ImageError && error.message.includes('pixel limit'),
  );
});

test('a line of a journal that was written over is passed over or read', async () => {
  const line = JSON.stringify({ type: 'metric', key: 'train_loss', value: 1.5, step: 3, at: 12, run: 'abc' });
  await fc.assert(
    fc.asyncProperty(changes, cut, async (all, end) => {
      await bounded(() => parseRecord(mutate(Buffer.from(line), all, end).toString('utf8')));
    }),
    runs(300),
  );
});

/** Of PNG (RFC 2083, appendix 15). */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc;
}
