import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { colourDistance, hashDistance, type Look, lookOf, mirrored } from '../../src/image/look.js';
import { rescale } from '../../src/image/rescale.js';
import { noise, waves } from '../support/pictures.js';

const looks: fc.Arbitrary<Look> = fc.record({
  hash: fc.uint32Array({ minLength: 8, maxLength: 8 }),
  colours: fc.uint8Array({ minLength: 768, maxLength: 768 }),
});

function bits({ hash }: Look): readonly number[] {
  return [...hash].flatMap((word) => Array.from({ length: 32 }, (_, i) => Math.floor(word / 2 ** i) % 2));
}

test('the distance of two hashes is the number of bits that differ, and above a limit only that it is above', () => {
  fc.assert(
    fc.property(looks, looks, fc.integer({ min: 0, max: 256 }), (a, b, most) => {
      const [one, other] = [bits(a), bits(b)];
      const count = one.filter((bit, i) => bit !== other[i]).length;
      assert.equal(hashDistance(a, b), count);
      assert.equal(hashDistance(a, b, most) <= most, count <= most);
    }),
  );
});

test('the distance of two thumbnails is the mean difference of their bytes, and above a limit only that it is above', () => {
  fc.assert(
    fc.property(looks, looks, fc.integer({ min: 0, max: 255 }), (a, b, most) => {
      const sum = a.colours.reduce((total, value, i) => total + Math.abs(value - b.colours[i]!), 0);
      assert.equal(colourDistance(a, b), sum / 768);
      assert.equal(colourDistance(a, b, most) <= most, sum / 768 <= most);
    }),
  );
});

test('an image mirrored twice is itself, and once has its first column last', () => {
  const image = noise(7, 5);
  assert.deepEqual(mirrored(mirrored(image)), image);
  assert.deepEqual(mirrored(image).data.subarray(18, 21), image.data.subarray(0, 3));
});

test('a smaller copy looks the same, another picture and the mirror image do not', async () => {
  const picture = waves(200, 150);
  const look = await lookOf(picture);
  const copy = await lookOf(await rescale(picture, 90));
  assert.ok(hashDistance(look, copy) <= 8, `${hashDistance(look, copy)} bits`);
  assert.ok(colourDistance(look, copy) <= 2);
  assert.ok(hashDistance(look, await lookOf(noise(200, 150))) > 64);
  assert.ok(hashDistance(look, await lookOf(mirrored(picture))) > 64);
});

test('an image smaller than the thumbnail has a look as well', async () => {
  const { hash, colours } = await lookOf(noise(1, 1));
  assert.deepEqual([...hash], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(new Set(colours).size <= 3, true);
});
