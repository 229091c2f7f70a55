import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { filterStacks } from '../../src/nn/filter-stacks.js';
import { buildNet, parameterShapes } from '../../src/nn/net.js';
import { type NetName, netShape } from '../../src/nn/nets.js';

const REST = { width: 1, crop: 64, classes: 3, pooling: 'ceil' } as const;

function stacksOf(name: NetName) {
  return filterStacks(buildNet(netShape(name, REST)));
}

test('three 3x3 filters have 27 C^2 weights where one 7x7 has 49 C^2, 81% more', () => {
  const stack = stacksOf('D').at(-1)!;
  assert.deepEqual(stack, {
    layers: ['conv5_1', 'conv5_2', 'conv5_3'],
    filters: [3, 3, 3],
    sees: 7,
    perSquare: { stack: 27, single: 49 },
    weights: { stack: 27 * 512 ** 2, single: 49 * 512 ** 2 },
  });
  assert.equal(Math.round((stack.perSquare.single / stack.perSquare.stack - 1) * 100), 81);
});

test('each net has a stack where a block has two filters or more, and sees as far as its one filter', () => {
  const seen = (name: NetName) => stacksOf(name).map(({ sees }) => sees);
  assert.deepEqual(seen('A'), [5, 5, 5]);
  assert.deepEqual(seen('A-LRN'), [5, 5, 5]);
  assert.deepEqual(seen('B'), [5, 5, 5, 5, 5]);
  assert.deepEqual(seen('C'), [5, 5, 5, 5, 5]);
  assert.deepEqual(seen('D'), [5, 5, 7, 7, 7]);
  assert.deepEqual(seen('E'), [5, 5, 9, 9, 9]);
  assert.deepEqual(seen('B-5x5'), []);
});

test('1x1 filters see no further (net C), and cost one C^2', () => {
  const { filters, perSquare } = stacksOf('C').at(-1)!;
  assert.deepEqual(filters, [3, 3, 1]);
  assert.deepEqual(perSquare, { stack: 19, single: 25 });
});

test('net B less its stacks, with their single filters instead, is the 5x5 net', () => {
  const weightsOf = (name: NetName) =>
    parameterShapes(buildNet(netShape(name, REST)))
      .filter(({ bias }) => !bias)
      .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const change = stacksOf('B').reduce((sum, { weights }) => sum + weights.single - weights.stack, 0);
  assert.equal(weightsOf('B') + change, weightsOf('B-5x5'));
});

test('what a net’s stacks have is what its layers have, at every width', () => {
  const sides = fc.array(fc.constantFrom(1, 3, 5), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(sides, fc.integer({ min: 1, max: 40 }), (filters, channels) => {
      const layers = filters.map((side) => `conv${side}-${channels}`);
      const net = buildNet({ net: 'mine', layers, ...REST, crop: 32 });
      const [stack, ...others] = filterStacks(net);
      assert.deepEqual(others, []);
      const weights = parameterShapes(net).filter(({ name }) => /^conv.*weight$/.test(name));
      const sum = weights.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
      assert.equal(stack!.weights.stack, sum);
      assert.equal(
        stack!.sees,
        filters.reduce<number>((seen, side) => seen + side - 1, 1),
      );
    }),
  );
});
