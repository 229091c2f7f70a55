import assert from 'node:assert/strict';
import test from 'node:test';
import type { Pixels } from '../../src/image/pixels.js';
import { rescale } from '../../src/image/rescale.js';
import { noise, painted, waves } from '../support/pictures.js';

/** Weights of one output sample: a triangle about its centre, as wide as the reduction, over whole samples. */
function triangle(from: number, to: number, i: number): { first: number; weights: number[] } {
  const scale = Math.max(1, from / to);
  const centre = ((i + 0.5) * from) / to;
  const first = Math.max(0, Math.ceil(centre - scale - 0.5));
  const last = Math.min(from - 1, Math.floor(centre + scale - 0.5));
  const raw = Array.from({ length: last - first + 1 }, (_, k) =>
    Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / scale),
  );
  const sum = raw.reduce((a, b) => a + b, 0);
  return { first, weights: raw.map((w) => w / sum) };
}

/** The antialiased triangle filter in float64, columns and rows at once. */
function reference(image: Pixels, width: number, height: number): Float64Array {
  const out = new Float64Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const down = triangle(image.height, height, y);
    for (let x = 0; x < width; x++) {
      const across = triangle(image.width, width, x);
      for (const [j, v] of down.weights.entries())
        for (const [i, h] of across.weights.entries())
          for (let c = 0; c < 3; c++)
            out[(y * width + x) * 3 + c]! +=
              v * h * image.data[((down.first + j) * image.width + across.first + i) * 3 + c]!;
    }
  }
  return out;
}

function differences(ours: Pixels, theirs: Float64Array): { mean: number; most: number; bias: number } {
  let [sum, most, signed] = [0, 0, 0];
  for (const [i, value] of ours.data.entries()) {
    const difference = value - theirs[i]!;
    sum += Math.abs(difference);
    signed += difference;
    most = Math.max(most, Math.abs(difference));
  }
  return { mean: sum / theirs.length, most, bias: signed / theirs.length };
}

for (const [width, height, side] of [
  [160, 120, 96],
  [120, 160, 64],
  [200, 150, 40],
  [200, 150, 37],
  [500, 375, 64],
  [130, 90, 89],
] as const) {
  test(`${width} x ${height} reduced to ${side} px is the triangle filter within a grey level`, async () => {
    // Beyond a factor of 4 libvips averages whole pixels first; pure noise shows that by some 3 levels.
    const images = height / side > 4 ? [waves(width, height)] : [waves(width, height), noise(width, height)];
    for (const image of images) {
      const ours = await rescale(image, side);
      const { mean, bias } = differences(ours, reference(image, ours.width, ours.height));
      assert.ok(mean < 1, `mean difference ${mean}`);
      assert.ok(Math.abs(bias) < 0.5, `mean signed difference ${bias}`);
    }
  });
}

for (const [width, height, side] of [
  [20, 15, 96],
  [33, 47, 64],
  [1, 7, 5],
  [95, 100, 96],
] as const) {
  test(`${width} x ${height} enlarged to ${side} px is bilinear within rounding`, async () => {
    const image = noise(width, height);
    const ours = await rescale(image, side);
    const { most } = differences(ours, reference(image, ours.width, ours.height));
    assert.ok(most <= 0.5 + 1e-9, `difference ${most}`);
  });
}

test('a constant image keeps its colour at any scale', async () => {
  for (const [width, height] of [
    [40, 30],
    [300, 201],
  ] as const) {
    const image = painted(width, height, (_x, _y, channel) => [10, 128, 250][channel]!);
    for (const side of [16, 64, 100]) {
      const { data } = await rescale(image, side);
      assert.ok(data.every((value, i) => value === [10, 128, 250][i % 3]));
    }
  }
});

test('a gradient stays where it is: the picture is not shifted by a part of a pixel', async () => {
  for (const [from, side] of [
    [256, 64],
    [250, 96],
    [64, 200],
  ] as const) {
    const slope = 256 / from;
    const { width, data } = await rescale(
      painted(from, from, (x) => slope * (x + 0.5)),
      side,
    );
    // Away from the edges, where they are repeated.
    for (let x = 8; x < width - 8; x++) {
      const expected = (256 * (x + 0.5)) / width;
      assert.ok(Math.abs(data[(20 * width + x) * 3]! - expected) <= 1.5, `at ${x} of ${width}`);
    }
  }
});

test('an image of the wanted size comes back as it is', async () => {
  const image = noise(50, 64);
  assert.equal(await rescale(image, 50), image);
});

test('the result has the size that it says', async () => {
  for (const side of [10, 33, 70]) {
    const { width, height, data } = await rescale(noise(61, 45), side);
    assert.equal(height, side);
    assert.equal(data.length, width * height * 3);
  }
});
