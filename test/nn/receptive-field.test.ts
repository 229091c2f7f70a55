import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { LayerKind } from '../../src/nn/layer-kind.js';
import { BUILT_IN_LAYER_KINDS, LayerKinds } from '../../src/nn/layer-kinds.js';
import { pool } from '../../src/nn/layer-kinds/pool.js';
import { buildNet } from '../../src/nn/net.js';
import { NET_NAMES, type NetName, netShape } from '../../src/nn/nets.js';
import { PIXEL, receptiveFields, through } from '../../src/nn/receptive-field.js';
import { Type } from '../../src/util/type.js';

const REST = { width: 1 / 64, crop: 224, classes: 3, pooling: 'ceil' } as const;

/** Fields of a net's layers by their names. */
function fieldsOf(name: NetName, crop = 224) {
  const net = buildNet(netShape(name, { ...REST, crop }));
  return new Map(receptiveFields(net).map((field, i) => [net.layers[i]!.name, field!]));
}

test('two 3x3 filters see 5x5 and three see 7x7, as Sect. 2.3 says', () => {
  const fields = fieldsOf('E');
  assert.deepEqual(fields.get('conv1_2'), { side: 5, stride: 1, start: -2 });
  const three = { side: 3, stride: 1, padding: 1 };
  assert.equal(through(three, through(three, through(three, PIXEL))).side, 7);
});

/** A stack of n layers of 3x3 before stride j sees 2 n j px more; a pool sees j px more. */
test('fields are those of a closed formula: convolutions of each block, pools, and FC6 over the crop', () => {
  const blocks: Readonly<Record<NetName, readonly number[]>> = {
    // What each block's filters reach beyond a position, both sides together: (side - 1) summed over them.
    A: [2, 2, 4, 4, 4],
    'A-LRN': [2, 2, 4, 4, 4],
    B: [4, 4, 4, 4, 4],
    C: [4, 4, 4, 4, 4],
    D: [4, 4, 6, 6, 6],
    E: [4, 4, 8, 8, 8],
    'B-5x5': [4, 4, 4, 4, 4],
  };
  for (const name of NET_NAMES)
    for (const crop of [32, 64, 224]) {
      const reach = blocks[name].reduce((sum, more, block) => sum + more * 2 ** block, 0);
      const fields = fieldsOf(name, crop);
      assert.deepEqual(fields.get('pool5'), { side: reach + 32, stride: 32, start: -reach / 2 }, name);
      for (const layer of ['fc6', 'fc7', 'fc8'])
        assert.deepEqual(fields.get(layer), { side: crop + reach, stride: 32, start: -reach / 2 }, name);
    }
});

test('what only looks at neighbouring channels sees no more', () => {
  const fields = fieldsOf('A-LRN');
  assert.deepEqual(fields.get('lrn1_1'), fields.get('conv1_1'));
});

const windows = fc.array(
  fc.record({
    side: fc.integer({ min: 1, max: 11 }),
    stride: fc.integer({ min: 1, max: 4 }),
    padding: fc.nat({ max: 5 }),
  }),
  { maxLength: 5 },
);

test('a field is the pixels that are reached when positions are followed back one by one', () => {
  fc.assert(
    fc.property(windows, fc.nat({ max: 20 }), (layers, position) => {
      const { side, stride, start } = layers.reduce((field, window) => through(window, field), PIXEL);
      let [first, last] = [position, position];
      for (const window of layers.toReversed()) {
        first = first * window.stride - window.padding;
        last = last * window.stride - window.padding + window.side - 1;
      }
      assert.deepEqual([start + stride * position, start + stride * position + side - 1], [first, last]);
    }),
  );
});

test('filters of stride 1 see as far in any order, and as far as one filter of the sum of what they reach', () => {
  const sides = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 });
  fc.assert(
    fc.property(sides, (reaches) => {
      const filters = reaches.map((reach) => ({ side: 2 * reach + 1, stride: 1, padding: reach }));
      const seen = filters.reduce((field, window) => through(window, field), PIXEL);
      const reach = reaches.reduce((a, b) => a + b, 0);
      assert.deepEqual(seen, { side: 2 * reach + 1, stride: 1, start: reach === 0 ? seen.start : -reach });
      assert.deepEqual(
        filters.toReversed().reduce((field, window) => through(window, field), PIXEL),
        seen,
      );
    }),
  );
});

test('after a layer of a kind that does not tell its window nothing is known', () => {
  const description = 'Passes on what it gets.';
  const schema = Type.Object(
    { kind: Type.Literal('silent', { description }) },
    { additionalProperties: false },
  );
  const silent: LayerKind = {
    ...(pool as LayerKind),
    kind: 'silent',
    schema,
    outputSize: (_layer, size) => size,
  };
  delete silent.window;
  const layers = ['conv3-64', { kind: 'silent' }, 'maxpool'];
  const kinds = new LayerKinds([...BUILT_IN_LAYER_KINDS, silent]);
  const fields = receptiveFields(buildNet({ net: 'mine', layers, ...REST, crop: 32 }, kinds));
  assert.deepEqual(fields[0], { side: 3, stride: 1, start: -1 });
  assert.deepEqual(new Set(fields.slice(1)), new Set([undefined]));
});
