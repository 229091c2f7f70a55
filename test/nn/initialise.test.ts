import assert from 'node:assert/strict';
import test from 'node:test';
import { buildNet, parameterShapes } from '../../src/nn/net.js';
import { initialise } from '../../src/nn/net-state.js';
import { netShape } from '../../src/nn/nets.js';

const SHAPE = netShape('A', { width: 1 / 8, crop: 32, classes: 10, pooling: 'ceil' });
const net = buildNet(SHAPE);

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
}

test('all parameters are there, in the order of the layers and with their shapes', () => {
  const { weights, velocity } = initialise(net, 'he', 1);
  for (const arrays of [weights, velocity])
    assert.deepEqual(
      [...arrays].map(([name, { shape, data }]) => ({ name, shape, length: data.length })),
      parameterShapes(net).map(({ name, shape }) => ({
        name,
        shape,
        length: shape.reduce((a, b) => a * b, 1),
      })),
    );
});

test('biases and velocities begin at zero', () => {
  const { weights, velocity } = initialise(net, 'gaussian', 1);
  const zero = [...velocity, ...[...weights].filter(([name]) => name.endsWith('.bias'))];
  for (const [name, { data }] of zero)
    assert.ok(
      data.every((v) => v === 0),
      name,
    );
});

test('He’s deviation is sqrt(2 / fan-in), the gaussian one 0.01', () => {
  for (const [initialisation, expected] of [
    ['he', (shape: readonly number[]) => Math.sqrt(2 / (shape[0]! * shape[1]! * shape[2]!))],
    ['gaussian', () => 0.01],
  ] as const) {
    for (const [name, { shape, data }] of initialise(net, initialisation, 3).weights) {
      if (name.endsWith('.bias')) continue;
      // Five standard errors of a deviation: 5 / sqrt(2 n).
      const error = Math.abs(deviation(data) / expected(shape) - 1);
      assert.ok(error < 5 / Math.sqrt(2 * data.length), `${name}: ${error}`);
    }
  }
});

test('the seed decides the numbers, and each array has its own', () => {
  const numbers = (seed: number, name: string) => initialise(net, 'he', seed).weights.get(name)!.data;
  assert.deepEqual(numbers(1, 'fc7.weight'), numbers(1, 'fc7.weight'));
  assert.notDeepEqual(numbers(1, 'fc7.weight'), numbers(2, 'fc7.weight'));
  assert.notDeepEqual(
    numbers(1, 'conv4_2.weight').subarray(0, 8),
    numbers(1, 'conv5_1.weight').subarray(0, 8),
  );
});

test('nets that share a layer share its draw', () => {
  const more = initialise(buildNet({ ...SHAPE, classes: 20 }), 'he', 1).weights;
  const fewer = initialise(net, 'he', 1).weights;
  assert.deepEqual(more.get('conv3_2.weight'), fewer.get('conv3_2.weight'));
});
