/** Other libraries' files of weights with bytes changed, cut off or put in, and such as were written to do harm. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildNet } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { fitLayers, readInto } from '../../src/nn/weights/fit.js';
import { openWeights } from '../../src/nn/weights/open-weights.js';
import { writeSafetensors } from '../../src/util/safetensors.js';
import { UserError } from '../../src/util/user-error.js';
import { GOLDEN_WEIGHTS } from '../support/golden-weights.js';
import { neverCrashes } from '../support/mutations.js';
import { Scratch } from '../support/scratch.js';

// HDF5 tells each of its troubles; in a task that is the task's log. Asked for before it is loaded.
// eslint-disable-next-line no-console
console.error = () => undefined;

const FOLDER = fileURLToPath(new URL('../../../test/golden/weights/', import.meta.url));
const nets = { ceil: netOf('ceil'), floor: netOf('floor') };

function netOf(pooling: 'ceil' | 'floor') {
  return buildNet(netShape('A', { width: 1 / 64, crop: 40, classes: 4, pooling }));
}

/** All that an import does with a file. */
async function readAll(path: string, { channels, pooling, format }: (typeof GOLDEN_WEIGHTS)[number]['from']) {
  const opened = await openWeights(path);
  try {
    const flatten = format === 'keras' ? 'HWC' : 'CHW';
    for (const array of fitLayers(nets[pooling], opened.layers, { channels, flatten }))
      await readInto(new Float32Array(array.shape.reduce((a, b) => a * b, 1)), array);
  } finally {
    await opened.close();
  }
}

describe('mutated weights are refused in words, or read:', () => {
  for (const { file, from } of GOLDEN_WEIGHTS)
    test(file, { timeout: 3_600_000 }, async () => {
      await using scratch = await Scratch.make();
      await neverCrashes(
        await readFile(FOLDER + file),
        async (bytes) => readAll(await scratch.write(file, bytes), from),
        100,
      );
    });
});

/** Protocol 2, and what a pickle of these opcodes does. */
const pickle = (...parts: readonly (string | number)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.of(part))),
  );

async function refused(name: string, bytes: Uint8Array): Promise<string> {
  await using scratch = await Scratch.make();
  const path = await scratch.write(name, bytes);
  const error = await readAll(path, GOLDEN_WEIGHTS[1].from).then(
    () => assert.fail('it was read'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  return error.message;
}

const MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e', 'hex');

test('a pickle that would call something is refused by the name of that, which is never called', async () => {
  const machine = pickle('\x80\x02}.');
  const evil = pickle('\x80\x02cposix\nsystem\n', 'X', '\x08\0\0\0', 'touch /x', '\x85R.');
  const message = await refused('evil.pth', Buffer.concat([MAGIC, machine, evil]));
  assert.match(message, /it would call "posix\.system" when PyTorch loads it/);
});

test('a whole net, pickled with its program, is refused by the name of that and with the way out', async () => {
  const machine = pickle('\x80\x02}.');
  const net = pickle('\x80\x02ctorchvision.models.vgg\nVGG\n)\x81.');
  const message = await refused('net.pth', Buffer.concat([MAGIC, machine, net]));
  assert.match(message, /it would call "torchvision\.models\.vgg\.VGG".* save its state_dict\(\)/);
});

test('a pickle that calls with ever the same long list is refused before it has been looked at often', async () => {
  const machine = pickle('\x80\x02}.');
  // A tuple of 400,000, remembered, and 100,000 calls with it.
  const list = ['(', 'N'.repeat(400_000), 'tq\0'];
  const calls = 'ccollections\nOrderedDict\nh\0R'.repeat(100_000);
  const message = await refused(
    'n.pth',
    Buffer.concat([MAGIC, machine, pickle('\x80\x02', ...list, calls, '.')]),
  );
  assert.match(message, /a call of "collections\.OrderedDict" with 400000 arguments/);
});

test('a caffemodel whose numbers stand in millions of parts is refused', async () => {
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.of((number << 3) | 2), varint(content.length), content]);
  const blob = field(7, Buffer.concat(Array.from({ length: 5000 }, () => Buffer.of(0x2a, 0))));
  const layer = Buffer.concat([
    field(1, Buffer.from('fc\u001b[2J\nall is well')),
    field(2, Buffer.from('InnerProduct')),
    blob,
  ]);
  const net = Buffer.concat([Buffer.from([0xa2, 0x06]), varint(layer.length), layer]);
  const message = await refused('p.caffemodel', net);
  assert.match(message, /"fc\\u001b\[2J\\nall is well" stand in too many parts/);

  assert.doesNotMatch(message, /[\u0000-\u001f]/);
});

function varint(value: number): Buffer {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

test('safetensors cut short say so; those of a net of another kind name what they hold', async () => {
  const bytes = await readFile(`${FOLDER}A-safetensors.safetensors`);
  assert.match(
    await refused('a.safetensors', bytes.subarray(0, -100)),
    /cut short: its arrays need \d+ bytes, and \d+ are there/,
  );
  const one = { shape: [1], data: new Float32Array(1) };
  const resnet = new Map(['bn1.running_mean', 'bn1.weight', 'conv1.weight'].map((name) => [name, one]));
  assert.match(
    await refused('b.safetensors', writeSafetensors(resnet)),
    /no convolution called "features\.0\.weight".*, but "bn1\.running_mean"/,
  );
});

test('a pickle that refers to itself, never ends or has more than any net is refused', async () => {
  const machine = pickle('\x80\x02}.');
  const itself = pickle('\x80\x02}q\0X\x01\0\0\0ah\0s.', '\x80\x02].');
  assert.match(await refused('a.pth', Buffer.concat([MAGIC, machine, itself])), /no convolution/);
  const asModel = pickle('\x80\x02}q\0X\x05\0\0\0modelh\0s.', '\x80\x02].');
  assert.match(await refused('d.pth', Buffer.concat([MAGIC, machine, asModel])), /no convolution/);
  assert.match(await refused('b.pth', Buffer.concat([MAGIC, machine, pickle('\x80\x02(')])), /cut short/);
  const many = Buffer.alloc(1_100_000, 'N');
  assert.match(await refused('c.pth', Buffer.concat([MAGIC, machine, many])), /more than 1000000 values/);
});

test('a file without any layer of a net says so', async () => {
  // The name of every group is gone with the first byte of the heap's signature.
  const bytes = await readFile(`${FOLDER}A-keras.h5`);
  const heap = bytes.indexOf('HEAP', 0, 'latin1');
  bytes[heap] = 0;
  assert.match(
    await refused('empty.h5', bytes),
    /hdf5: |It holds 0 convolutions and 0 fully-connected layers/,
  );
});

test('an HDF5 text as long as no file is refused, since the library would never come to its end', async () => {
  const bytes = await readFile(`${FOLDER}A-keras.h5`);
  const collection = bytes.indexOf('GCOL', 0, 'latin1');
  bytes.fill(0xff, collection + 24, collection + 32);
  assert.match(await refused('texts.h5', bytes), /the texts at byte \d+ are longer than their place/);
});

test('Keras weights that lead to another file are refused', async () => {
  const message = await refused('link.h5', await readFile(`${FOLDER}external-link.h5`));
  assert.match(message, /leads to another file/);
});

test('weights that are no finite numbers are refused by layer', async () => {
  const bytes = await readFile(`${FOLDER}A-safetensors.safetensors`);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<
    string,
    { data_offsets: [number] }
  >;
  bytes.writeFloatLE(NaN, start + header['classifier.0.weight']!.data_offsets[0]);
  await using scratch = await Scratch.make();
  const path = await scratch.write('nan.safetensors', bytes);
  await assert.rejects(
    readAll(path, GOLDEN_WEIGHTS[3].from),
    /"classifier\.0\.weight" \(fc6\.weight\) holds weights that are no finite numbers/,
  );
});
