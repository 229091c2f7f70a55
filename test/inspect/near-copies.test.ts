import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { colourDistance, hashDistance, type Look } from '../../src/image/look.js';
import { isNearCopy, NEAR_COPY, nearestPairs } from '../../src/inspect/near-copies.js';
import type { GoodImage } from '../../src/inspect/read-split.js';

/** Looks of few bits and shades, so that near ones are common. */
const look: fc.Arbitrary<Look> = fc.record({
  hash: fc.uint32Array({ minLength: 8, maxLength: 8, max: 7 }),
  colours: fc.nat({ max: 30 }).map((shade) => new Uint8Array(768).fill(shade)),
});
const images = fc.array(fc.tuple(look, fc.option(look)), { minLength: 1, maxLength: 12 });

function imagesOf(looks: readonly (readonly [Look, Look | null])[]): GoodImage[] {
  const encoding = { grey: false, cmyk: false, alpha: false };
  return looks.map(([one, mirror], i) => ({
    ...{ id: String(i), label: 0, bytes: 1, sha256: '', width: 1, height: 1, encoding },
    look: one,
    mirrorLook: mirror ?? undefined,
  }));
}

test('an image is told as a near copy if and only if any other is as near as that, as it is or mirrored', async () => {
  await fc.assert(
    fc.asyncProperty(images, images, async (trainLooks, valLooks) => {
      const [train, val] = [imagesOf(trainLooks), imagesOf(valLooks)];
      const pairs = await nearestPairs(train, val, () => undefined);
      assert.equal(pairs.length, val.length);
      const isNear = (a: Look, b: Look) =>
        hashDistance(a, b) <= NEAR_COPY.bits && colourDistance(a, b) <= NEAR_COPY.colour;
      for (const { id, look: own, mirrorLook } of val) {
        const looks = mirrorLook ? [own, mirrorLook] : [own];
        const expected = train.some((other) => looks.some((one) => isNear(one, other.look)));
        assert.equal(isNearCopy(pairs.find((pair) => pair.val === id)!), expected);
      }
    }),
  );
});
