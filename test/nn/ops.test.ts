/** Single operations where backends are known to differ, or where only a user's own layer would notice. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { DeviceArray, Ops } from '../../src/nn/ops.js';
import { normals, streamKey } from '../../src/util/random.js';
import { availableBackends } from '../support/engines.js';
import { largestDeviation } from '../support/numeric-case.js';
import { opsOf } from './support/ops-of.js';

const SIGNS: Readonly<Record<string, (v: number) => number>> = {
  positive: Math.abs,
  negative: (v) => -Math.abs(v),
  mixed: (v) => v,
  // Many windows have several largest numbers.
  tied: (v) => Math.round(v),
};

function uploaded(
  ops: Ops,
  shape: readonly number[],
  stream: string,
  change = (v: number) => v,
): DeviceArray {
  const length = shape.reduce((a, b) => a * b, 1);
  return ops.upload(shape, normals(streamKey(3, stream), length, 1).map(change));
}

/** Each window's gradient goes to the first of its largest numbers. */
function expectedPoolGrad(
  x: Float32Array,
  [images, height, width, channels]: readonly number[],
  dy: Float32Array,
  side: (n: number) => number,
) {
  const dx = new Float32Array(x.length);
  const at = (n: number, r: number, c: number, k: number) => ((n * height! + r) * width! + c) * channels! + k;
  let from = 0;
  for (let n = 0; n < images!; n++)
    for (let r = 0; r < side(height!); r++)
      for (let c = 0; c < side(width!); c++)
        for (let k = 0; k < channels!; k++) {
          const window = [
            [2 * r, 2 * c],
            [2 * r, 2 * c + 1],
            [2 * r + 1, 2 * c],
            [2 * r + 1, 2 * c + 1],
          ].filter(([row, column]) => row! < height! && column! < width!);
          const places = window.map(([row, column]) => at(n, row!, column!, k));
          const largest = Math.max(...places.map((place) => x[place]!));
          dx[places.find((place) => x[place] === largest)!]! += dy[from++]!;
        }
  return dx;
}

for (const backend of availableBackends()) {
  for (const [sign, change] of Object.entries(SIGNS)) {
    test(`${backend}: a pool's gradient goes to the largest of ${sign} numbers, at odd sides too`, async () => {
      const ops = await opsOf(backend);
      const before = ops.liveArrays();
      for (const shape of [
        [2, 8, 8, 3],
        [2, 7, 9, 4],
        [1, 2, 5, 1],
      ])
        for (const pooling of ['ceil', 'floor'] as const) {
          const x = uploaded(ops, shape, 'x', change);
          const y = ops.maxPool(x, pooling);
          const dy = uploaded(ops, y.shape, 'dy');
          const dx = ops.maxPoolGrad(x, y, dy, pooling);
          const side = (n: number) => Math[pooling](n / 2);
          assert.deepEqual(y.shape, [shape[0], side(shape[1]!), side(shape[2]!), shape[3]]);
          assert.deepEqual(
            ops.download(dx),
            expectedPoolGrad(ops.download(x), shape, ops.download(dy), side),
            `${shape.join(' x ')}, ${pooling}`,
          );
          for (const array of [x, y, dy, dx]) ops.free(array);
        }
      assert.equal(ops.liveArrays(), before);
    });
  }

  test(`${backend}: convolutions of 1x1, 3x3, 5x5 and 11x11 and their gradients are sums over the filter's places`, async () => {
    const ops = await opsOf(backend);
    const [height, width, from, to] = [6, 7, 3, 4];
    for (const side of [1, 3, 5, 11]) {
      const x = uploaded(ops, [2, height, width, from], 'x');
      const filter = uploaded(ops, [side, side, from, to], 'filter');
      const dy = uploaded(ops, [2, height, width, to], 'dy');
      const arrays = [
        ops.conv2d(x, filter, 'same'),
        ops.conv2dInputGrad(x.shape, filter, dy, 'same'),
        ops.conv2dFilterGrad(x, filter.shape, dy, 'same'),
      ];
      const [xs, fs, ds] = [ops.download(x), ops.download(filter), ops.download(dy)];
      const [y, dx, df] = [
        new Float64Array(ds.length),
        new Float64Array(xs.length),
        new Float64Array(fs.length),
      ];
      const before = (side - 1) / 2;
      for (let n = 0; n < 2; n++)
        for (let r = 0; r < height; r++)
          for (let c = 0; c < width; c++)
            for (let i = 0; i < side; i++)
              for (let j = 0; j < side; j++) {
                const [row, column] = [r + i - before, c + j - before];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                for (let a = 0; a < from; a++)
                  for (let b = 0; b < to; b++) {
                    const atX = ((n * height + row) * width + column) * from + a;
                    const atF = ((i * side + j) * from + a) * to + b;
                    const atY = ((n * height + r) * width + c) * to + b;
                    y[atY]! += xs[atX]! * fs[atF]!;
                    dx[atX]! += ds[atY]! * fs[atF]!;
                    df[atF]! += ds[atY]! * xs[atX]!;
                  }
              }
      for (const [k, expected] of [y, dx, df].entries()) {
        const gap = largestDeviation(ops.download(arrays[k]!), Float32Array.from(expected));
        assert.ok(
          gap < 2e-6,
          `${['result', 'gradient of the input', 'gradient of the filter'][k]!}, ${side}: ${gap}`,
        );
      }
      for (const array of [x, filter, dy, ...arrays]) ops.free(array);
    }
  });

  test(`${backend}: a product with a number for each channel is taken channel by channel`, async () => {
    const ops = await opsOf(backend);
    const x = ops.upload([1, 2, 1, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
    const factors = ops.upload([3], Float32Array.of(1, 0, -2));
    const product = ops.multiply(x, factors);
    assert.deepEqual([...ops.download(product)], [1, 0, -6, 4, 0, -12]);
    for (const array of [x, factors, product]) ops.free(array);
  });
}
