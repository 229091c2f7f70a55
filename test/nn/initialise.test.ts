import assert from 'node:assert/strict';
import test from 'node:test';
import { buildNet, parameterShapes } from '../../src/nn/net.js';
import { initialise } from '../../src/nn/net-state.js';
import { netShape } from '../../src/nn/nets.js';
import { anyEngine } from '../support/engines.js';
import { randomImages } from '../support/numeric-case.js';

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

/**
 * At full width, so that fan-ins are the paper's (up to FC6: its 7x7 places are one at crop 32). A net of ReLUs
 * without biases takes a factor on all weights through each of its 11 weight layers.
 */
test('the printed variance 1e-2 begins net A at class scores of ten millions, sd 0.01 near none', async () => {
  const wide = buildNet({ ...SHAPE, width: 1 });
  const { weights } = initialise(wide, 'gaussian', 1);
  const engine = await anyEngine();
  const pixels = randomImages(1, 32, 32, 'pixels');
  // As loud as photographs less their mean: a standard deviation of some 60 grey levels.
  const image = { ...pixels, data: pixels.data.map((value) => 60 * value) };
  const session = engine.open(wide, { weights, velocity: new Map() });
  const scoresAt = () => session.scoreMap(image).data;
  try {
    const krizhevsky = scoresAt();
    // From sd 0.01 to 0.1, in place: there are 28 million.
    for (const { data } of weights.values()) for (let i = 0; i < data.length; i++) data[i]! *= 10;
    session.setState({ weights, velocity: new Map() });
    const printed = scoresAt();
    const largest = (scores: Float32Array) => Math.max(...scores.map(Math.abs));
    assert.ok(largest(krizhevsky) < 1e-2, `${largest(krizhevsky)} with sd 0.01`);
    assert.ok(largest(printed) > 1e6 && largest(printed) < 1e9, `${largest(printed)} with sd 0.1`);
    assert.ok(Math.abs(largest(printed) / largest(krizhevsky) / 1e11 - 1) < 1e-3);
  } finally {
    session.close();
  }
});
