/** Arithmetic in bfloat16: float32 is the judge, within what 8 binary digits allow. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Precision } from '../../src/nn/ops.js';
import { normals, streamKey } from '../../src/util/random.js';
import { availableBackends, engineOf } from '../support/engines.js';
import {
  gradientsOf,
  largestDeviation,
  type NumericCase,
  numericCase,
  relativeDistance,
  trainCase,
} from '../support/numeric-case.js';
import { opsOf } from './support/ops-of.js';

function inPrecision(numeric: NumericCase, precision: Precision): NumericCase {
  return { ...numeric, training: { ...numeric.training, dropout: 0.5, precision } };
}

/** Of two vectors. */
function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test('a backend that has no bfloat16 says so, and which has', async () => {
  const engine = await engineOf('wasm');
  const { net, state } = numericCase();
  assert.throws(() => engine.open(net, state, { precision: 'bfloat16' }), {
    message: /^The wasm backend does not compute in bfloat16: use the backend tensorflow, or/,
  });
});

const tensorflow = { skip: !availableBackends().includes('tensorflow') };

for (const net of ['A-LRN', 'C', 'D'] as const) {
  test(
    `net ${net}: gradients in bfloat16 point as those in float32 do, and are as long`,
    tensorflow,
    async () => {
      const engine = await engineOf('tensorflow');
      const numeric = numericCase({ net, width: 1 / 8 });
      const exact = gradientsOf(engine, inPrecision(numeric, 'float32'));
      const rounded = gradientsOf(engine, inPrecision(numeric, 'bfloat16'));
      for (const [name, gradient] of exact) {
        const other = rounded.get(name)!;
        assert.ok(cosine(gradient, other) > 0.8, `${name}: ${cosine(gradient, other)}`);
        const norm = (v: Float32Array) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
        assert.ok(
          Math.abs(norm(other) / norm(gradient) - 1) < 0.2,
          `${name}: ${norm(other) / norm(gradient)}`,
        );
      }
      assert.equal(engine.liveArrays(), 0);
    },
  );
}

test('the gradient of a bias is summed in float32, over however many pixels', tensorflow, async () => {
  const ops = await opsOf('tensorflow');
  const [count, channels] = [200_000, 16];
  const data = normals(streamKey(3, 'dy'), count * channels, 1).map((x) => x + 0.05);
  const float32 = ops.upload([1, count, 1, channels], data);
  const dy = ops.cast(float32, 'bfloat16');
  const sums = ops.biasGrad(dy);
  const expected = new Float64Array(channels);
  for (const [i, x] of ops.download(ops.cast(dy, 'float32')).entries()) expected[i % channels]! += x;
  const found = ops.download(ops.cast(sums, 'float32'));
  assert.ok(relativeDistance(found, Float32Array.from(expected)) < 0.01);
});

test('the weights stay float32: steps too small for bfloat16 add up', tensorflow, async () => {
  const engine = await engineOf('tensorflow');
  const numeric = { ...inPrecision(numericCase(), 'bfloat16'), rate: 1e-6, steps: 3 };
  const { state } = trainCase(engine, numeric);
  for (const [name, { data }] of state.weights) {
    const start = numeric.state.weights.get(name)!.data;
    const moved = data.filter((w, i) => w !== start[i] && Math.abs(w - start[i]!) < Math.abs(w) / 1000);
    if (name.endsWith('weight')) assert.ok(moved.length > data.length / 4, `${name}: ${moved.length}`);
  }
});

test(
  'losses in bfloat16 follow those in float32, and parts of a batch draw as the whole does',
  tensorflow,
  async () => {
    const engine = await engineOf('tensorflow');
    const numeric = { ...numericCase(), rate: 1e-4 };
    const { losses } = trainCase(engine, inPrecision(numeric, 'float32'));
    const rounded = inPrecision(numeric, 'bfloat16');
    const whole = trainCase(engine, rounded);
    const parts = trainCase(engine, { ...rounded, training: { ...rounded.training, microBatch: 3 } });
    for (const [i, loss] of losses.entries()) {
      assert.ok(Math.abs(whole.losses[i]! - loss) < 0.02 * loss, `step ${i}: ${whole.losses[i]} for ${loss}`);
      assert.ok(Math.abs(parts.losses[i]! - whole.losses[i]!) < 0.01 * loss, `step ${i} in parts`);
    }
  },
);

test(
  'dense scores in bfloat16 are those of float32 within 3%, and are float32 numbers',
  tensorflow,
  async () => {
    const engine = await engineOf('tensorflow');
    const { net, state, dense } = numericCase({ net: 'D', width: 1 / 8 });
    const [exact, rounded] = (['float32', 'bfloat16'] as const).map((precision) => {
      const session = engine.open(net, state, { precision });
      const map = session.scoreMap(dense);
      session.close();
      return map;
    });
    assert.deepEqual([rounded!.rows, rounded!.columns], [exact!.rows, exact!.columns]);
    const deviation = largestDeviation(rounded!.data, exact!.data);
    assert.ok(deviation > 1e-5 && deviation < 0.03, String(deviation));
    assert.equal(engine.liveArrays(), 0);
  },
);
