import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ImageIndex } from '../../src/data/index-file.js';
import { holdOut } from '../../src/stages/train/watch.js';

function indexOf(count: number): ImageIndex {
  const images = Array.from({ length: count }, (_, i) => ({
    ...{ id: `k/${i}.png`, label: i % 3, bytes: 100 + i, sha256: `${i}` },
  }));
  return { classes: ['k', 'l', 'm'], images };
}

const count = fc.integer({ min: 2, max: 60 });
const part = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });

test('each image is either held out or learnt from, in the order of the index, and both sides have one', () => {
  fc.assert(
    fc.property(count, part, (images, heldOut) => {
      const index = indexOf(images);
      const { learnt, held } = holdOut(index, heldOut);
      assert.ok(learnt.images.length > 0 && held.images.length > 0);
      const place = new Map(index.images.map((image, i) => [image, i]));
      const places = [learnt, held].map((side) => side.images.map((image) => place.get(image)!));
      for (const side of places)
        assert.deepEqual(
          side,
          side.toSorted((a, b) => a - b),
        );
      assert.deepEqual(
        places.flat().toSorted((a, b) => a - b),
        [...index.images.keys()],
      );
      assert.deepEqual([learnt.classes, held.classes], [index.classes, index.classes]);
    }),
  );
});

test('as many are held out as the part says, rounded, as long as both sides have one', () => {
  fc.assert(
    fc.property(count, part, (images, heldOut) => {
      const expected = Math.min(images - 1, Math.max(1, Math.round(heldOut * images)));
      assert.equal(holdOut(indexOf(images), heldOut).held.images.length, expected);
    }),
  );
});

test('the part is fixed, random and not one end of the index', () => {
  const places = (images: number) =>
    holdOut(indexOf(images), 0.25).held.images.map(({ bytes }) => bytes - 100);
  assert.deepEqual(places(20), places(20));
  assert.deepEqual(places(20), [1, 9, 12, 15, 19]);
  const many = places(1000);
  const before = many.filter((place) => place < 500).length;
  assert.ok(before > 90 && before < 160, `${before} of 250 are in the first half`);
});

test('all images of a thing are on one side', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(sizes, part, (images, heldOut) => {
      const things = images.flatMap((size, thing) => Array.from({ length: size }, () => `t${thing}`));
      const plain = indexOf(things.length);
      const index = { ...plain, images: plain.images.map((image, i) => ({ ...image, thing: things[i]! })) };
      const sides = holdOut(index, heldOut);
      const [learnt, held] = [sides.learnt, sides.held].map(
        (side) => new Set(side.images.map(({ thing }) => thing)),
      );
      assert.ok(learnt!.size > 0);
      assert.ok(held!.size > 0 && [...held!].every((thing) => !learnt!.has(thing)));
    }),
  );
});
