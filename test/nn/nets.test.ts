import assert from 'node:assert/strict';
import test from 'node:test';
import { buildNet, multiplyAdds, outputSizes, parameterCount, parameterShapes } from '../../src/nn/net.js';
import { NET_NAMES, type NetName, netShape } from '../../src/nn/nets.js';

function paperNet(name: NetName) {
  return buildNet(netShape(name, { width: 1, crop: 224, classes: 1000, pooling: 'ceil' }));
}

/** Filters of one convolution in each block. */
const CHANNELS = [64, 128, 256, 512, 512];

/** Sides of the filters of each block, from Table 1 and Sect. 4.1. */
const BLOCKS: Readonly<Record<NetName, readonly (readonly number[])[]>> = {
  A: [[3], [3], [3, 3], [3, 3], [3, 3]],
  'A-LRN': [[3], [3], [3, 3], [3, 3], [3, 3]],
  B: [
    [3, 3],
    [3, 3],
    [3, 3],
    [3, 3],
    [3, 3],
  ],
  C: [
    [3, 3],
    [3, 3],
    [3, 3, 1],
    [3, 3, 1],
    [3, 3, 1],
  ],
  D: [
    [3, 3],
    [3, 3],
    [3, 3, 3],
    [3, 3, 3],
    [3, 3, 3],
  ],
  E: [
    [3, 3],
    [3, 3],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
  ],
  'B-5x5': [[5], [5], [5], [5], [5]],
};

/** Products of an image of height x width px, block by block; sides are multiples of 32. */
function closedFormula(name: NetName, height: number, width: number): number {
  let channels = 3;
  let sum = 0;
  for (const [block, sides] of BLOCKS[name].entries()) {
    const positions = (height / 2 ** block) * (width / 2 ** block);
    for (const side of sides) {
      sum += positions * side * side * channels * CHANNELS[block]!;
      channels = CHANNELS[block]!;
    }
  }
  const places = (height / 32 - 6) * (width / 32 - 6);
  return sum + places * (7 * 7 * 512 * 4096 + 4096 * 4096 + 4096 * 1000);
}

test('each net has exactly the parameters behind Table 2', () => {
  const counts = NET_NAMES.map((name) => [name, parameterCount(paperNet(name))]);
  const [a, b] = [132_863_336, 133_047_848];
  // A pair of 3x3 becomes one 5x5: 25 c1 c2 + c2 for 9 c1 c2 + 9 c2 c2 + 2 c2, with c1 channels before the block.
  const gained = CHANNELS.map((c, i) => {
    const before = i === 0 ? 3 : CHANNELS[i - 1]!;
    return 16 * before * c - 9 * c * c - c;
  });
  assert.deepEqual(Object.fromEntries(counts), {
    A: a,
    'A-LRN': a,
    B: b,
    C: 133_638_952,
    D: 138_357_544,
    E: 143_667_240,
    'B-5x5': gained.reduce((x, y) => x + y, b),
  });
});

test('each net has the weight layers of its column', () => {
  for (const name of NET_NAMES) {
    const weights = parameterShapes(paperNet(name)).filter((p) => !p.bias);
    const expected = BLOCKS[name].flatMap((sides, i) =>
      sides.map((side, n) => `conv${i + 1}_${n + 1}.weight ${side}x${side} ${CHANNELS[i]!}`),
    );
    assert.deepEqual(
      weights.slice(0, -3).map((p) => `${p.name} ${p.shape[0]!}x${p.shape[1]!} ${p.shape[3]!}`),
      expected,
      name,
    );
    assert.deepEqual(
      weights.slice(-3).map((p) => p.name),
      ['fc6.weight', 'fc7.weight', 'fc8.weight'],
    );
  }
});

test('the weight layers are 11, 11, 13, 16, 16 and 19, as the columns say', () => {
  const count = (name: NetName) => parameterShapes(paperNet(name)).filter(({ bias }) => bias).length;
  assert.deepEqual((['A', 'A-LRN', 'B', 'C', 'D', 'E'] as const).map(count), [11, 11, 13, 16, 16, 19]);
});

test('net A-LRN is net A with one normalisation, after the first convolution, and weights of the same names', () => {
  const [a, lrn] = [paperNet('A'), paperNet('A-LRN')];
  assert.deepEqual(
    lrn.layers.map(({ name }) => name),
    a.layers.map(({ name }) => name).toSpliced(1, 0, 'lrn1_1'),
  );
  assert.deepEqual(parameterShapes(lrn), parameterShapes(a));
  assert.deepEqual(lrn.layers[1]!.parameters, {
    kind: 'lrn',
    depthRadius: 2,
    bias: 2,
    alpha: 1e-4,
    beta: 0.75,
  });
});

test('net D multiplies and adds 15,470,264,320 times for an image of 224 px', () => {
  assert.equal(multiplyAdds(paperNet('D'), 224, 224), 15_470_264_320);
});

test('multiply-adds of every net are those of a closed formula, at the crop and densely', () => {
  for (const name of NET_NAMES)
    for (const [height, width] of [
      [224, 224],
      [256, 352],
      [512, 512],
    ] as const)
      assert.equal(
        multiplyAdds(paperNet(name), height, width),
        closedFormula(name, height, width),
        `${name} on ${height} x ${width}`,
      );
});

test('one 5x5 for a pair of 3x3 sees as far', () => {
  const reach = (name: NetName) =>
    BLOCKS[name].map((sides) => sides.reduce((seen, side) => seen + side - 1, 1));
  assert.deepEqual(reach('B-5x5'), reach('B'));
});

test('sizes of the score map follow the image, its height and its width', () => {
  for (const name of NET_NAMES)
    assert.deepEqual(outputSizes(paperNet(name), 256, 341).at(-1), [2, 5, 1000], name);
});
