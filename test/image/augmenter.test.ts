import assert from 'node:assert/strict';
import test from 'node:test';
import sharp from 'sharp';
import type { Augmentation, AugmentationPolicy } from '../../src/image/augmentation.js';
import { Augmenter } from '../../src/image/augmenter.js';
import { contactSheet } from '../../src/image/contact-sheet.js';
import { noise } from '../support/pictures.js';

const OFF: AugmentationPolicy = { crop: 'centre', mirror: false, colour: 'none', colourSd: 0.1 };
const TO = { meanRgb: [100, 100, 100], scale: 0.5 } as const;
const image = noise(40, 50, 1);

function augmenter(policy: Partial<AugmentationPolicy> = {}, scale = { min: 40, max: 40 }, seed = 1) {
  const augmentation: Augmentation = {
    policy: { ...OFF, ...policy },
    meanRgb: [100, 100, 100],
    covarianceRgb: [
      [900, 0, 0],
      [0, 400, 0],
      [0, 0, 100],
    ],
    pixels: 1,
    images: 1,
  };
  return new Augmenter(augmentation, scale, seed);
}

const places = Array.from({ length: 3000 }, (_, i) => i);

test('with all switched off, every sample is the centre crop as it is', () => {
  const off = augmenter();
  for (const place of places.slice(0, 50)) {
    assert.deepEqual(off.window(image, 32, place), {
      left: 4,
      top: 9,
      width: 32,
      height: 32,
      mirrored: false,
    });
    assert.deepEqual(off.normalisation(TO, place), TO);
    assert.equal(off.side(place), 40);
  }
});

test('each part is switched on alone', () => {
  const windows = (policy: Partial<AugmentationPolicy>) => {
    const one = augmenter(policy);
    return places.map((place) => one.window(image, 32, place));
  };
  const moved = windows({ crop: 'random' });
  assert.ok(new Set(moved.map(({ left, top }) => `${left},${top}`)).size > 100);
  assert.ok(moved.every(({ mirrored }) => !mirrored));
  const mirrored = windows({ mirror: true });
  assert.ok(mirrored.every(({ left, top }) => left === 4 && top === 9));
  const part = mirrored.filter((window) => window.mirrored).length / places.length;
  assert.ok(Math.abs(part - 0.5) < 0.05, `${part}`);
  const shifted = augmenter({ colour: 'pca' });
  assert.ok(shifted.normalisation(TO, 1).meanRgb.every((channel) => channel !== 100));
  assert.notDeepEqual(shifted.normalisation(TO, 1), shifted.normalisation(TO, 2));
  assert.equal(shifted.normalisation(TO, 1).scale, 0.5);
});

test('a scale of a range is drawn uniformly for each sample, ends included', () => {
  const counts = new Map<number, number>();
  const jitter = augmenter({}, { min: 256, max: 260 });
  for (const place of places) counts.set(jitter.side(place), (counts.get(jitter.side(place)) ?? 0) + 1);
  assert.deepEqual(
    [...counts.keys()].sort((a, b) => a - b),
    [256, 257, 258, 259, 260],
  );
  // 600 expected of each, with a deviation of 22.
  for (const [side, count] of counts) assert.ok(Math.abs(count - 600) < 110, `${count} of ${side}`);
});

test('scale, place and mirror of a sample are drawn independently of each other', () => {
  const one = augmenter({ crop: 'random', mirror: true }, { min: 256, max: 512 });
  const draws = places.map((place) => {
    const { left, top, mirrored } = one.window(image, 32, place);
    return [one.side(place), left, top, Number(mirrored)];
  });
  const column = (i: number) => {
    const values = draws.map((draw) => draw[i]!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < i; j++) {
      const [a, b] = [column(i), column(j)];
      const correlation = product(a, b) / Math.sqrt(product(a, a) * product(b, b));
      // A deviation of 0.018 for 3,000 samples.
      assert.ok(Math.abs(correlation) < 0.075, `${i}, ${j}: ${correlation}`);
    }
});

test('a sample is a function of seed and place alone', () => {
  const on = { crop: 'random', mirror: true, colour: 'pca' } as const;
  const view = (seed: number, place: number) => {
    const one = augmenter(on, { min: 40, max: 60 }, seed);
    return [one.side(place), one.window(image, 32, place), one.normalisation(TO, place)];
  };
  augmenter(on).window(image, 32, 7);
  assert.deepEqual(view(1, 8), view(1, 8));
  assert.notDeepEqual(view(1, 8), view(2, 8));
  assert.notDeepEqual(view(1, 8), view(1, 9));
});

test('a contact sheet holds eight draws of each image, the crop of one that is switched off being its middle', async () => {
  const png = await contactSheet([image, noise(60, 45, 2)], augmenter(), 32);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [8 * 36 + 4, 2 * 36 + 4, 3]);
  for (let column = 0; column < 8; column++)
    for (let y = 0; y < 32; y++) {
      const at = ((4 + y) * info.width + 4 + column * 36) * 3;
      const from = ((9 + y) * image.width + 4) * 3;
      assert.deepEqual(data.subarray(at, at + 96), Buffer.from(image.data.subarray(from, from + 96)));
    }
});
