import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cropWindow, type CropPolicy, type Window, wholeImage, writeWindow } from '../../src/image/batch.js';
import type { Pixels } from '../../src/image/pixels.js';
import { noise } from '../support/pictures.js';

const RANDOM: CropPolicy = { crop: 'random', mirror: true };
const AS_IS = { meanRgb: [0, 0, 0], scale: 1 } as const;
const highestDraw = 1 - 2 ** -23;

const draw = fc.nat({ max: 2 ** 23 - 1 }).map((n) => n / 2 ** 23);
const side = fc.integer({ min: 1, max: 40 });

test('a crop lies inside of its image', () => {
  const image = fc.record({ width: side, height: side, data: fc.constant(new Uint8Array(0)) });
  fc.assert(
    fc.property(image, side, fc.tuple(draw, draw, draw), fc.boolean(), (of, wanted, draws, random) => {
      const crop = Math.min(wanted, of.width, of.height);
      const window = cropWindow(of, crop, { crop: random ? 'random' : 'centre', mirror: true }, draws);
      assert.ok(window.left >= 0 && window.left + window.width <= of.width);
      assert.ok(window.top >= 0 && window.top + window.height <= of.height);
      assert.deepEqual([window.width, window.height], [crop, crop]);
    }),
  );
});

test('random crops reach both ends of both axes, by a draw of their own each', () => {
  const image = { width: 40, height: 50, data: new Uint8Array(0) };
  const at = (...draws: number[]) => {
    const { left, top } = cropWindow(image, 32, RANDOM, draws);
    return [left, top];
  };
  assert.deepEqual(at(0, 0, 0), [0, 0]);
  assert.deepEqual(at(highestDraw, 0, 0), [8, 0]);
  assert.deepEqual(at(0, highestDraw, 0), [0, 18]);
});

test('a centre crop does not depend on the draws and rounds down', () => {
  const image = { width: 41, height: 50, data: new Uint8Array(0) };
  const policy = { crop: 'centre', mirror: false } as const;
  assert.deepEqual(cropWindow(image, 32, policy, [highestDraw, highestDraw, 0]), {
    left: 4,
    top: 9,
    width: 32,
    height: 32,
    mirrored: false,
  });
});

test('the lower half of the third draw mirrors, and only where the policy says so', () => {
  const image = noise(8, 8);
  const mirrored = (policy: CropPolicy, third: number) =>
    cropWindow(image, 8, policy, [0, 0, third]).mirrored;
  assert.deepEqual(
    [0, 0.49, 0.5, highestDraw].map((d) => mirrored(RANDOM, d)),
    [true, true, false, false],
  );
  assert.equal(mirrored({ crop: 'random', mirror: false }, 0), false);
});

function written(image: Pixels, window: Window): Float32Array {
  const out = new Float32Array(window.width * window.height * 3);
  writeWindow(image, window, AS_IS, out, 0);
  return out;
}

test('mirroring twice gives the image again', () => {
  fc.assert(
    fc.property(side, side, fc.nat(), (width, height, seed) => {
      const image = noise(width, height, seed);
      const once = { width, height, data: Uint8Array.from(written(image, wholeImage(image, true))) };
      assert.deepEqual([...written(once, wholeImage(once, true))], [...image.data]);
    }),
  );
});

test('mirroring turns columns and leaves rows and channels', () => {
  const image = { width: 2, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) };
  const mirrored = [...written(image, wholeImage(image, true))];
  assert.deepEqual(mirrored, [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
});

test('a window is written as a straightforward implementation writes it, at its place in the batch', () => {
  const meanRgb = [123.5, 117.25, 104] as const;
  const scale = 1 / 58;
  fc.assert(
    fc.property(side, side, side, fc.tuple(draw, draw, draw), fc.nat({ max: 3 }), (w, h, s, draws, index) => {
      const image = noise(w, h, w * h);
      const crop = Math.min(s, w, h);
      const window = cropWindow(image, crop, RANDOM, draws);
      const out = new Float32Array(crop * crop * 3 * 5).fill(-999);
      writeWindow(image, window, { meanRgb, scale }, out, index);
      const expected = new Float32Array(out.length).fill(-999);
      for (let y = 0; y < crop; y++) {
        for (let x = 0; x < crop; x++) {
          const column = window.left + (window.mirrored ? crop - 1 - x : x);
          for (let c = 0; c < 3; c++) {
            const value = image.data[((window.top + y) * w + column) * 3 + c]!;
            expected[((index * crop + y) * crop + x) * 3 + c] = (value - meanRgb[c]!) * scale;
          }
        }
      }
      assert.deepEqual(out, expected);
    }),
  );
});
