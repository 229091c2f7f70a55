import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { activationBytes, imagesAtOnce } from '../../src/nn/memory.js';
import { buildNet, parameterCount, parameterShapes, positionsAlong } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { pooledSide } from '../../src/nn/pooling.js';

const PAPER = netShape('A', { width: 1, crop: 224, classes: 1000, pooling: 'ceil' });

test('net A has the 132,863,336 parameters behind the paper’s "133 million"', () => {
  assert.equal(parameterCount(buildNet(PAPER)), 132_863_336);
});

test('net A has the layers of Table 1 with their shapes', () => {
  const weights = parameterShapes(buildNet(PAPER)).filter(({ name }) => name.endsWith('.weight'));
  assert.deepEqual(
    weights.map(({ name, shape }) => `${name} ${shape.join('x')}`),
    [
      'conv1_1.weight 3x3x3x64',
      'conv2_1.weight 3x3x64x128',
      'conv3_1.weight 3x3x128x256',
      'conv3_2.weight 3x3x256x256',
      'conv4_1.weight 3x3x256x512',
      'conv4_2.weight 3x3x512x512',
      'conv5_1.weight 3x3x512x512',
      'conv5_2.weight 3x3x512x512',
      'fc6.weight 7x7x512x4096',
      'fc7.weight 1x1x4096x4096',
      'fc8.weight 1x1x4096x1000',
    ],
  );
});

test('every weight is followed by a bias of its outputs, and only fc8 is not hidden', () => {
  const net = buildNet(PAPER);
  const shapes = parameterShapes(net);
  for (let i = 0; i < shapes.length; i += 2) {
    assert.equal(shapes[i + 1]!.name, shapes[i]!.name.replace('.weight', '.bias'));
    assert.deepEqual(shapes[i + 1]!.shape, shapes[i]!.shape.slice(-1));
  }
  const fc = net.layers.filter(({ kind }) => kind.kind === 'fc');
  assert.deepEqual(
    fc.map(({ name, parameters }) => [name, parameters['hidden']]),
    [
      ['fc6', true],
      ['fc7', true],
      ['fc8', false],
    ],
  );
});

test('a narrow net scales channels and units, and never below one; the classes stay', () => {
  const shapeOf = (width: number, name: string) =>
    parameterShapes(buildNet({ ...PAPER, width, crop: 64, classes: 10 })).find((p) => p.name === name)!.shape;
  assert.deepEqual(shapeOf(1 / 16, 'conv1_1.weight'), [3, 3, 3, 4]);
  assert.deepEqual(shapeOf(1 / 16, 'fc6.weight'), [2, 2, 32, 256]);
  assert.deepEqual(shapeOf(1 / 16, 'fc8.weight'), [1, 1, 256, 10]);
  assert.deepEqual(shapeOf(1e-6, 'conv5_2.weight'), [3, 3, 1, 1]);
});

test('pools round odd sides up or down', () => {
  assert.deepEqual([pooledSide(7, 'ceil'), pooledSide(7, 'floor'), pooledSide(8, 'ceil')], [4, 3, 4]);
});

test('positions along a side are those of the paper’s pipeline', () => {
  const along = (px: number, pooling: 'ceil' | 'floor') =>
    positionsAlong(buildNet({ ...PAPER, pooling }), px);
  assert.deepEqual(
    [224, 256, 341, 384, 512].map((px) => along(px, 'ceil')),
    [1, 2, 5, 6, 10],
  );
  assert.deepEqual(
    [224, 256, 341, 384, 512].map((px) => along(px, 'floor')),
    [1, 2, 4, 6, 10],
  );
});

test('there is one position at the crop, more never on a smaller side, and one more each 32 px', () => {
  const pooling = fc.constantFrom('ceil' as const, 'floor' as const);
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 300 }), pooling, fc.nat({ max: 400 }), (crop, rounding, more) => {
      const net = buildNet({ ...PAPER, width: 1 / 64, crop, pooling: rounding });
      assert.equal(positionsAlong(net, crop), 1);
      assert.ok(positionsAlong(net, crop + more) <= positionsAlong(net, crop + more + 1));
      assert.equal(positionsAlong(net, crop + more + 32), positionsAlong(net, crop + more) + 1);
    }),
  );
});

test('activations of net A at the crop are counted as they are laid out', () => {
  const conv = 224 ** 2 * 64 + 112 ** 2 * 128 + 2 * 56 ** 2 * 256 + 2 * 28 ** 2 * 512 + 2 * 14 ** 2 * 512;
  const pools = 112 ** 2 * 64 + 56 ** 2 * 128 + 28 ** 2 * 256 + 14 ** 2 * 512 + 7 ** 2 * 512;
  const floats = 224 ** 2 * 3 + conv + pools + 4096 + 4096 + 1000;
  assert.equal(activationBytes(buildNet(PAPER), 224, 224), floats * 4 * 3);
});

test('images at once fall with their size, and there is always one', () => {
  const net = buildNet(PAPER);
  const use = 'learning';
  assert.equal(imagesAtOnce(net, { height: 20_000, width: 20_000, use }, 64), 1);
  assert.equal(imagesAtOnce(net, { height: 224, width: 224, use }, 2), 2);
  const large = imagesAtOnce(net, { height: 512, width: 683, use }, 256);
  const small = imagesAtOnce(net, { height: 224, width: 224, use }, 256);
  assert.ok(large >= 1 && large < small && small < 256, `${large}, ${small}`);
});

test('images at once are as many as fit beside the weights into the memory given', () => {
  const net = buildNet(PAPER);
  const size = { height: 224, width: 224 };
  const weights = 4 * parameterCount(net);
  for (const [use, copies] of [
    ['learning', 3],
    ['scoring', 1],
  ] as const) {
    const bytes = copies * weights + 10.5 * activationBytes(net, 224, 224);
    assert.equal(imagesAtOnce(net, { ...size, use }, 256, bytes), 10);
  }
});
