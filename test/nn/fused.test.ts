/** Convolutions that add their bias and take ReLU in one pass over memory, where a backend can. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { staysFinite } from '../../src/nn/overflow.js';
import { buildNet } from '../../src/nn/net.js';
import { initialise } from '../../src/nn/net-state.js';
import { netShape } from '../../src/nn/nets.js';
import type { DeviceArray, Ops, Padding } from '../../src/nn/ops.js';
import { normals, streamKey } from '../../src/util/random.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { tinyCase, withWeights } from '../support/tiny-case.js';
import { opsOf } from './support/ops-of.js';

function uploaded(ops: Ops, shape: readonly number[], stream: string): DeviceArray {
  const length = shape.reduce((a, b) => a * b, 1);
  return ops.upload(shape, normals(streamKey(5, stream), length, 1));
}

/** [height, width, channels in, channels out, side of the filter]; as in these nets, and odd ones. */
const SHAPES = [
  [64, 64, 3, 8, 3],
  [17, 33, 8, 8, 3],
  [8, 8, 64, 64, 3],
  [4, 5, 64, 16, 1],
  [9, 7, 5, 3, 5],
  [4, 4, 64, 10, 4],
] as const;

for (const backend of availableBackends()) {
  test(`${backend}: a fused convolution has the bits of its parts, with ReLU and without`, async () => {
    const ops = await opsOf(backend);
    const before = ops.liveArrays();
    for (const [height, width, from, to, side] of SHAPES) {
      const padding: Padding = side % 2 === 1 ? 'same' : 'valid';
      const x = uploaded(ops, [3, height, width, from], 'x');
      const filter = uploaded(ops, [side, side, from, to], 'filter');
      const bias = uploaded(ops, [to], 'bias');
      const products = ops.conv2d(x, filter, padding);
      const biased = ops.biasAdd(products, bias);
      const rectified = ops.relu(biased);
      const fused = ops.conv2dBias(x, filter, bias, padding);
      const fusedRelu = ops.conv2dBiasRelu(x, filter, bias, padding);
      assert.deepEqual(ops.download(fused), ops.download(biased), `${height}x${width}, ${from} to ${to}`);
      assert.deepEqual(
        ops.download(fusedRelu),
        ops.download(rectified),
        `${height}x${width}, ${from} to ${to}`,
      );
      for (const array of [x, filter, bias, products, biased, rectified, fused, fusedRelu]) ops.free(array);
    }
    assert.equal(ops.liveArrays(), before);
  });

  test(`${backend}: no scores are numbers where a bias is none`, async () => {
    const engine = await engineOf(backend);
    const numeric = tinyCase();
    for (const layer of ['conv1_1', 'conv5_2', 'fc7', 'fc8']) {
      const state = withWeights(numeric.state, (name, data) =>
        name === `${layer}.bias` ? data.map(() => NaN) : data,
      );
      const session = engine.open(numeric.net, state);
      const { data } = session.scoreMap(numeric.batch);
      session.close();
      assert.ok(data.every(Number.isNaN), layer);
    }
  });
}

test('a net is known to stay finite only if it is, whatever its weights and image', async () => {
  const engine = await engineOf('cpu');
  const { net, state, batch } = tinyCase();
  const image = batch.data.map((value) => 256 * Math.tanh(value));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.boolean(), (power, bad) => {
      const factor = 10 ** power;
      const scaled = withWeights(state, (name, data) =>
        data.map((value, i) => (bad && i === 0 && name === 'conv3_1.bias' ? NaN : value * factor)),
      );
      const session = engine.open(net, scaled);
      const { data } = session.scoreMap({ ...batch, data: image });
      session.close();
      if (staysFinite(net, scaled.weights)) assert.ok(data.every(Number.isFinite), `${factor}`);
    }),
    { numRuns: 8 },
  );
});

test('the nets of the demo are known to stay finite', () => {
  for (const name of ['A', 'A-LRN', 'B', 'C', 'D', 'E'] as const) {
    const net = buildNet(netShape(name, { width: 1 / 8, crop: 64, classes: 28, pooling: 'ceil' }));
    assert.ok(staysFinite(net, initialise(net, 'he', 1).weights), name);
  }
});
