/** Formats that nets are exported to, read back here: by our own reader of weights, and by the wire format's. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import fc from 'fast-check';
import { checkpointWeights } from '../../src/nn/export/checkpoint-weights.js';
import type { ExportFormat, ExportOptions } from '../../src/nn/export/export-format.js';
import { exportedNet } from '../../src/nn/export/exported-net.js';
import { FORMATS } from '../../src/nn/export/formats.js';
import { torchModules, torchNames, torchvisionName } from '../../src/nn/export/torch-modules.js';
import type { LayerSpec } from '../../src/nn/layer-spec.js';
import { buildNet, type NetShape } from '../../src/nn/net.js';
import { initialise, type Parameters } from '../../src/nn/net-state.js';
import { NET_NAMES, type NetName, netShape } from '../../src/nn/nets.js';
import { CONVENTIONS } from '../../src/nn/weights/conventions.js';
import { fitLayers, readInto } from '../../src/nn/weights/fit.js';
import { openWeights } from '../../src/nn/weights/open-weights.js';
import { FormatError, writeSafetensors } from '../../src/util/safetensors.js';
import { UserError } from '../../src/util/user-error.js';

const FILE: ExportOptions = { file: 'net', dense: false };

/** Cut where nothing begins or ends. */
async function* inParts(bytes: Uint8Array, length = 1000) {
  for (let at = 0; at < bytes.length; at += length) yield Promise.resolve(bytes.subarray(at, at + length));
}

async function all(arrays: AsyncIterable<unknown>): Promise<void> {
  const iterator = arrays[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

/** The files of an export, whole. */
async function filesOf(
  format: ExportFormat,
  shape: NetShape,
  weights: Parameters,
  options = FILE,
): Promise<ReadonlyMap<string, Buffer>> {
  const exported = exportedNet(shape);
  const bytes = writeSafetensors(weights);
  const arrays = checkpointWeights(exported.net, { bytes: bytes.length, parts: inParts(bytes) });
  const parts = new Map<string, Buffer[]>();
  for await (const { file, bytes: part } of format(exported, arrays, options))
    parts.set(file, [...(parts.get(file) ?? []), Buffer.from(part)]);
  return new Map([...parts].map(([file, all]) => [file, Buffer.concat(all)]));
}

/** Weights of a net in which every number is another one. */
function weightsOf(shape: NetShape): Parameters {
  const { weights } = initialise(buildNet(shape), 'he', 1);
  for (const [name, { data }] of weights)
    if (name.endsWith('.bias')) data.forEach((_, i) => (data[i] = i + 0.25));
  return weights;
}

const layers = fc.array(
  fc.oneof(
    fc
      .record({ side: fc.constantFrom(1, 3, 5), filters: fc.integer({ min: 1, max: 9 }) })
      .map(({ side, filters }): LayerSpec => `conv${side}-${filters}`),
    fc.constantFrom<LayerSpec>('maxpool', 'lrn'),
  ),
  { minLength: 1, maxLength: 6 },
);

const shape: fc.Arbitrary<NetShape> = fc
  .record({
    net: fc.constant('own'),
    layers: layers.map((list): readonly LayerSpec[] => ['conv3-4', ...list]),
    width: fc.constantFrom(1 / 1024, 1 / 256),
    crop: fc.integer({ min: 32, max: 41 }),
    classes: fc.integer({ min: 2, max: 7 }),
    pooling: fc.constantFrom('ceil' as const, 'floor' as const),
  })
  .filter((own) => own.layers.filter((layer) => layer === 'maxpool').length <= 4);

/** What our import makes of an exported file of PyTorch. */
async function importedBack(bytes: Uint8Array, of: NetShape): Promise<ReadonlyMap<string, Float32Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'stagecraft-test-'));
  try {
    const path = join(folder, 'net.safetensors');
    await writeFile(path, bytes);
    const file = await openWeights(path);
    const found = new Map<string, Float32Array>();
    for (const array of fitLayers(buildNet(of), file.layers, CONVENTIONS.safetensors)) {
      const data = new Float32Array(array.shape.reduce((a, b) => a * b, 1));
      await readInto(data, array);
      found.set(array.name, data);
    }
    await file.close();
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('what is exported for PyTorch and imported again has the same bits, for nets of any layers', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async (of) => {
      const weights = weightsOf(of);
      const files = await filesOf(FORMATS.safetensors, of, weights);
      const back = await importedBack(files.get('net')!, of);
      assert.deepEqual([...back.keys()], [...weights.keys()]);
      for (const [name, { data }] of weights) assert.deepEqual(back.get(name), data, name);
    }),
    { numRuns: 40 },
  );
});

test('equal checkpoints give equal files, in every format', async () => {
  const of = netShape('A', { width: 1 / 64, crop: 40, classes: 3, pooling: 'ceil' });
  for (const format of Object.values(FORMATS))
    assert.deepEqual(await filesOf(format, of, weightsOf(of)), await filesOf(format, of, weightsOf(of)));
});

/** https://github.com/pytorch/vision/blob/v0.28.0/torchvision/models/vgg.py: what load_state_dict asks for. */
const TORCHVISION: Partial<Record<NetName, readonly number[]>> = {
  A: [0, 3, 6, 8, 11, 13, 16, 18],
  B: [0, 2, 5, 7, 10, 12, 15, 17, 20, 22],
  D: [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28],
  E: [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34],
};

test("layers are numbered as torchvision's, and a normalisation takes a number too", () => {
  for (const [net, places] of Object.entries(TORCHVISION)) {
    const of = netShape(net as NetName, { width: 1 / 64, crop: 32, classes: 3, pooling: 'ceil' });
    const names = [...torchNames(torchModules(exportedNet(of), 0.5)).values()];
    const classifier = ['classifier.0', 'classifier.3', 'classifier.6'];
    assert.deepEqual(names, [...places.map((place) => `features.${place}`), ...classifier]);
  }
  const lrn = exportedNet(netShape('A-LRN', { width: 1 / 64, crop: 32, classes: 3, pooling: 'ceil' }));
  assert.equal([...torchNames(torchModules(lrn, 0.5)).values()][1], 'features.4');
});

test('only what torchvision builds is called by its name', () => {
  const nameOf = (net: NetName, rest: Partial<NetShape> = {}) =>
    torchvisionName(
      buildNet({ ...netShape(net, { width: 1, crop: 224, classes: 10, pooling: 'ceil' }), ...rest }),
    );
  assert.deepEqual(
    NET_NAMES.map((net) => nameOf(net)),
    NET_NAMES.map((net) => ({ A: 'vgg11', B: 'vgg13', D: 'vgg16', E: 'vgg19' })[net as 'A']),
  );
  assert.equal(nameOf('D', { net: 'mine', pooling: 'floor' }), 'vgg16');
  assert.equal(nameOf('D', { crop: 256 }), undefined);
  assert.equal(nameOf('D', { width: 1 / 2 }), undefined);
});

describe('TensorFlow.js', () => {
  const of = netShape('A', { width: 1 / 16, crop: 72, classes: 20, pooling: 'floor' });

  test('shards of 4 MiB hold the weights as they are, one after another', async () => {
    const larger = { ...of, width: 1 / 4, crop: 64 };
    const weights = weightsOf(larger);
    const files = await filesOf(FORMATS.tfjs, larger, weights);
    const model = JSON.parse(files.get('model.json')!.toString()) as {
      readonly weightsManifest: readonly [
        {
          readonly paths: readonly string[];
          readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
        },
      ];
    };
    const [{ paths, weights: listed }] = model.weightsManifest;
    assert.ok(paths.length > 1);
    assert.deepEqual([...files.keys()], ['model.json', ...paths]);
    for (const path of paths.slice(0, -1)) assert.equal(files.get(path)!.length, 4 * 2 ** 20);
    const numbers = Buffer.concat(paths.map((path) => files.get(path)!));
    const ours = [...weights.values()].map(({ data }) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    );
    assert.deepEqual(numbers, Buffer.concat(ours));
    assert.deepEqual(listed[0], { name: 'conv1_1/kernel', shape: [3, 3, 3, 16], dtype: 'float32' });
    assert.deepEqual(listed.at(-2), { name: 'fc8/kernel', shape: [1024, 20], dtype: 'float32' });
  });

  test('has no normalisation, which is said with what can be done', async () => {
    const lrn = { ...of, layers: ['conv3-8', 'lrn'] };
    await assert.rejects(filesOf(FORMATS.tfjs, lrn, weightsOf(lrn)), /has no local response.*lrn1_1.*\.onnx/);
  });
});

test('an ONNX file that would be too long for its format is refused before it is begun', async () => {
  const of = netShape('D', { width: 2, crop: 224, classes: 1000, pooling: 'ceil' });
  const parts = FORMATS.onnx(exportedNet(of), inParts(new Uint8Array(0)) as never, FILE);
  await assert.rejects(
    parts[Symbol.asyncIterator]().next(),
    /takes 2\.\d GiB, and an ONNX file holds 2 GiB\. .*\.safetensors/,
  );
});

describe('weights that are not to be given away', () => {
  const of = netShape('A', { width: 1 / 64, crop: 32, classes: 3, pooling: 'ceil' });
  const exported = (weights: Parameters) => filesOf(FORMATS.safetensors, of, weights);

  for (const value of [NaN, Infinity, -Infinity])
    test(`${value} is refused by the name of the layer`, async () => {
      const weights = weightsOf(of);
      weights.get('conv3_2.weight')!.data[7] = value;
      await assert.rejects(exported(weights), /^UserError: conv3_2\.weight holds weights that are no finite/);
    });

  test('arrays of another net are refused by name and shape', async () => {
    const other = weightsOf({ ...of, classes: 4 });
    await assert.rejects(exported(other), (error: Error) => {
      assert.ok(error instanceof FormatError);
      assert.match(
        error.message,
        /has fc8\.weight of 1 x 1 x 64 x 4 where net A has fc8\.weight of 1 x 1 x 64 x 3/,
      );
      return true;
    });
    const fewer = new Map([...weightsOf(of)].slice(0, -1));
    await assert.rejects(exported(fewer), /has no fc8\.bias, which net A has/);
    const more = new Map([...weightsOf(of), ['fc9.bias', { shape: [1], data: new Float32Array(1) }]]);
    await assert.rejects(exported(more), /has fc9\.bias of 1 where net A has nothing more/);
  });

  test('a file that is cut short, or goes on, is a wrong format', async () => {
    const bytes = writeSafetensors(weightsOf(of));
    const { net } = exportedNet(of);
    for (const [length, claimed] of [
      [bytes.length - 4, bytes.length - 4],
      [bytes.length - 4, bytes.length],
      [3, 3],
    ] as const) {
      const cut = bytes.subarray(0, length);
      const arrays = checkpointWeights(net, { bytes: claimed, parts: inParts(cut) });
      await assert.rejects(all(arrays), FormatError);
    }
    const longer = checkpointWeights(net, {
      bytes: bytes.length,
      parts: inParts(Buffer.concat([bytes, bytes])),
    });
    await assert.rejects(all(longer), FormatError);
  });
});

test('layers of a plugin are refused by what they are called, with a way out', () => {
  const of = netShape('A', { width: 1 / 64, crop: 32, classes: 3, pooling: 'ceil' });
  assert.throws(
    () => exportedNet({ ...of, net: 'mine', layers: ['conv3-8', { kind: 'swish' }] }),
    (error: Error) =>
      error instanceof UserError &&
      /Net mine .*swish.* of a plugin.*weights\.safetensors/.test(error.message),
  );
});
