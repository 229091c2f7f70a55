/** Local response normalisation on every backend against its formula in float64. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BUILT_IN_LAYER_KINDS, LayerKinds } from '../../src/nn/layer-kinds.js';
import type { LrnSettings } from '../../src/nn/ops.js';
import { normals, streamKey } from '../../src/util/random.js';
import { largestDeviation } from '../support/numeric-case.js';
import { availableBackends } from '../support/engines.js';
import { opsOf } from './support/ops-of.js';

const PAPER: LrnSettings = { depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 };

/** So strong that neighbours decide the result, and other than the paper's in all. */
const STRONG: LrnSettings = { depthRadius: 1, bias: 0.5, alpha: 0.7, beta: 1.25 };

/** x_c / (bias + alpha sum_j x_j^2)^beta for one position's channels, written from Krizhevsky et al. (2012). */
function formula(x: readonly number[], { depthRadius, bias, alpha, beta }: LrnSettings): number[] {
  return x.map((own, c) => {
    const neighbours = x.filter((_, j) => Math.abs(j - c) <= depthRadius);
    return own / (bias + alpha * neighbours.reduce((sum, v) => sum + v * v, 0)) ** beta;
  });
}

/** Slopes of sum(dy * formula) in float64, by central differences. */
function slopes(x: readonly number[], dy: readonly number[], settings: LrnSettings): number[] {
  const step = 1e-5;
  const along = (c: number, moved: number) =>
    formula(
      x.map((v, j) => (j === c ? v + moved : v)),
      settings,
    ).reduce((sum, y, j) => sum + y * dy[j]!, 0);
  return x.map((_, c) => (along(c, step) - along(c, -step)) / (2 * step));
}

/** The numbers of each position, one list an array. */
function positionsOf(channels: number, ...arrays: readonly Float32Array[]): number[][][] {
  return Array.from({ length: arrays[0]!.length / channels }, (_, i) =>
    arrays.map((array) => [...array.subarray(i * channels, (i + 1) * channels)]),
  );
}

for (const backend of availableBackends()) {
  for (const [what, settings, deviation] of [
    ['with the paper’s settings on grey levels', PAPER, 80],
    ['with settings under which neighbours decide', STRONG, 1],
  ] as const) {
    test(`${backend}: the result is the formula’s ${what}, the gradient its slope`, async () => {
      const ops = await opsOf(backend);
      for (const channels of [1, 3, 4, 7, 64]) {
        const shape = [2, 3, 5, channels];
        const x = normals(streamKey(1, `x${channels}`), 30 * channels, deviation);
        const dy = normals(streamKey(1, `dy${channels}`), 30 * channels, 1);
        const before = ops.liveArrays();
        const [input, gradient] = [ops.upload(shape, x), ops.upload(shape, dy)];
        const output = ops.lrn(input, settings);
        const back = ops.lrnGrad(input, output, gradient, settings);
        const positions = positionsOf(channels, x, dy);
        const expected = positions.flatMap(([at]) => formula(at!, settings));
        const slope = positions.flatMap(([at, dyAt]) => slopes(at!, dyAt!, settings));
        assert.deepEqual([output.shape, back.shape], [shape, shape]);
        const gap = largestDeviation(ops.download(output), Float32Array.from(expected));
        assert.ok(gap < 1e-6, `result of ${channels} channels by ${gap}`);
        const gradientGap = largestDeviation(ops.download(back), Float32Array.from(slope));
        assert.ok(gradientGap < 2e-6, `gradient of ${channels} channels by ${gradientGap}`);
        for (const array of [input, gradient, output, back]) ops.free(array);
        assert.equal(ops.liveArrays(), before);
      }
    });
  }

  test(`${backend}: a NaN is not hidden by the normalisation`, async () => {
    const ops = await opsOf(backend);
    const x = ops.upload([1, 1, 1, 8], Float32Array.of(1, NaN, 1, 1, 1, 1, 1, 1));
    const y = ops.lrn(x, PAPER);
    // TensorFlow's sums carry it further than the four channels whose neighbour it is.
    assert.ok(ops.download(y).subarray(0, 4).every(Number.isNaN));
    ops.free(x);
    ops.free(y);
  });
}

test('the layer’s defaults are those of net A-LRN', () => {
  const { kind, ...settings } = new LayerKinds(BUILT_IN_LAYER_KINDS).resolve('lrn').parameters;
  assert.deepEqual(settings, PAPER);
});
