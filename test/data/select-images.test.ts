import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { selectImages } from '../../src/data/select-images.js';

const labels = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 60 });

function imagesOf(of: readonly number[]) {
  return of.map((label, i) => ({ id: `image-${String(i).padStart(3, '0')}`, label, bytes: 1 }));
}

function counts(of: readonly { readonly label: number }[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { label } of of) found.set(label, (found.get(label) ?? 0) + 1);
  return found;
}

test('as many images are taken as wanted, or all, each once and in the order of their ids', () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 80 }), (of, limit) => {
      const images = imagesOf(of);
      const ids = selectImages(images, limit).map(({ id }) => id);
      assert.equal(ids.length, Math.min(limit, images.length));
      assert.deepEqual(ids, [...new Set(ids)].sort());
    }),
  );
});

test('the classes have equal parts, but for a remainder of one and for classes that are used up', () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 80 }), (of, limit) => {
      const all = counts(imagesOf(of));
      const taken = counts(selectImages(imagesOf(of), limit));
      const most = Math.max(...taken.values());
      for (const [label, available] of all)
        assert.ok((taken.get(label) ?? 0) >= Math.min(available, most - 1), `class ${label}`);
    }),
  );
});

test('the choice is the same each time, and a smaller part lies in a larger one', () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 30 }), fc.nat({ max: 30 }), (of, few, more) => {
      const images = imagesOf(of);
      const ids = (limit: number) => selectImages(images, limit).map(({ id }) => id);
      assert.deepEqual(ids(few), ids(few));
      const larger = new Set(ids(few + more));
      assert.ok(ids(few).every((id) => larger.has(id)));
    }),
  );
});

test('the choice is random: not the first images of each class', () => {
  const images = imagesOf(Array.from({ length: 200 }, () => 0));
  const chosen = selectImages(images, 20).map(({ id }) => Number(id.slice(6)));
  assert.ok(chosen.at(-1)! > 100, chosen.join());
});
