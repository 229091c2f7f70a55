import assert from 'node:assert/strict';
import test from 'node:test';
import { initialise } from '../../src/nn/net-state.js';
import { buildNet, type NetShape } from '../../src/nn/net.js';
import { type NetName, netShape } from '../../src/nn/nets.js';
import {
  describeMisfit,
  misfits,
  shapesOf,
  transfer,
  type TransferredLayers,
} from '../../src/nn/transfer.js';

const REST = { width: 1 / 16, crop: 64, classes: 5, pooling: 'ceil' } as const;

function net(name: NetName, changed: Partial<Omit<NetShape, 'net' | 'layers'>> = {}) {
  return buildNet(netShape(name, { ...REST, ...changed }));
}

function said(from: NetName, to: NetName, which: TransferredLayers, changed: Partial<NetShape> = {}) {
  return misfits(shapesOf(net(from)), shapesOf(net(to, changed)), which).map(describeMisfit);
}

for (const name of ['B', 'C', 'D', 'E'] as const)
  test(`net ${name} takes seven layers of net A, and the others are its own draw`, () => {
    assert.deepEqual(said('A', name, 'firstFour+fc'), []);
    const source = initialise(net('A'), 'he', 1).weights;
    const drawn = initialise(net(name), 'he', 2);
    const { state, copied } = transfer(drawn, source, 'firstFour+fc');
    assert.deepEqual(copied, ['conv1_1', 'conv2_1', 'conv3_1', 'conv3_2', 'fc6', 'fc7', 'fc8']);
    for (const [array, { data }] of state.weights) {
      const isTaken = copied.includes(array.split('.')[0]!);
      assert.equal(data, (isTaken ? source : drawn.weights).get(array)!.data, array);
    }
    assert.deepEqual(state.velocity, drawn.velocity);
  });

test('taken by number, the fourth convolution would not fit: that is why the layers are named', () => {
  const shapes = [...shapesOf(net('B'))].filter(([name]) => /^conv.*weight$/.test(name));
  const ofA = [...shapesOf(net('A'))].filter(([name]) => /^conv.*weight$/.test(name));
  assert.notDeepEqual(shapes[1]![1], ofA[1]![1]);
});

test('the net of 5x5 convolutions takes the fully-connected layers only, and what does not fit is said', () => {
  assert.deepEqual(said('A', 'B-5x5', 'fc'), []);
  const [first] = said('A', 'B-5x5', 'firstFour+fc');
  assert.equal(first, 'conv1_1.weight is [3, 3, 3, 4] there but [5, 5, 3, 4] here');
  assert.ok(said('A', 'B-5x5', 'firstFour+fc').includes('conv3_2.weight is not here'));
});

test('all layers fit the same net, and no other', () => {
  assert.deepEqual(said('D', 'D', 'all'), []);
  assert.equal(said('D', 'E', 'all')[0], 'conv3_4.weight is not there');
  assert.equal(said('E', 'D', 'all')[0], 'conv3_4.weight is not here');
});

test('other widths, crops and classes do not fit', () => {
  assert.match(
    said('A', 'B', 'firstFour+fc', { width: 1 / 8 })[0]!,
    /^conv1_1\.weight is .*4\] there but .*8\] here$/,
  );
  assert.match(said('A', 'B', 'fc', { crop: 128 })[0]!, /^fc6\.weight is \[2, 2, .* there but \[4, 4, /);
  assert.match(said('A', 'B', 'fc', { classes: 6 })[0]!, /^fc8\.weight/);
});
