/** The boxes of the embedded drawings, judged by what is rendered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Box, DatasetSource, Split } from '../../src/data/dataset.js';
import { boxOf } from '../../src/data/datasets/drawing-box.js';
import { compose, place } from '../../src/data/datasets/drawing-scene.js';
import { EmbeddedDrawings } from '../../src/data/datasets/embedded-drawings.js';
import { decode } from '../../src/image/decode.js';

const SOURCE: DatasetSource = { kind: 'embedded', name: 'drawings' };
const drawings = new EmbeddedDrawings();

/** The box around the pixels in which the picture differs from its background; undefined if it does not. */
async function changedBox(split: Split, id: string): Promise<Box | undefined> {
  const background = await decode(Buffer.from(compose({ body: '', viewBox: '0 0 1 1' }, split, id)));
  const { width, data } = await decode(await drawings.read(SOURCE, split, id));
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let i = 0; i < data.length; i++) {
    if (data[i] === background.data[i]) continue;
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

test('outside of its box a picture is its background, and the drawing fills the box but for the artist’s margin', async () => {
  const parts: number[] = [];
  for (const split of ['train', 'val'] as const) {
    const { images } = await drawings.list(SOURCE, split);
    for (const { id, box } of images.filter((_, i) => i % 12 === 0)) {
      const changed = await changedBox(split, id);
      assert.ok(box && changed, id);
      assert.ok(
        changed.left >= box.left && changed.top >= box.top,
        `${id}: ${JSON.stringify([box, changed])}`,
      );
      assert.ok(changed.left + changed.width <= box.left + box.width, id);
      assert.ok(changed.top + changed.height <= box.top + box.height, id);
      parts.push((changed.width * changed.height) / (box.width * box.height));
    }
  }
  parts.sort((a, b) => a - b);
  assert.ok(parts.length > 400);
  assert.ok(
    parts[parts.length >> 1]! > 0.7,
    `half of the drawings fill less than ${parts[parts.length >> 1]!}`,
  );
});

test('every picture has a box of whole pixels inside of it', async () => {
  for (const split of ['train', 'val'] as const)
    for (const { id, box } of (await drawings.list(SOURCE, split)).images) {
      const { width, height, side } = place(split, id);
      assert.ok(box, id);
      assert.ok(Object.values(box).every(Number.isInteger), id);
      assert.ok(box.left >= 0 && box.top >= 0 && box.width > 0 && box.height > 0, id);
      assert.ok(box.left + box.width <= width && box.top + box.height <= height, id);
      assert.ok(Math.max(box.width, box.height) >= Math.min(side, width, height) - 1, id);
    }
});

test('a drawing that is not turned has the box of its fitted view box, and a turned one no smaller box', () => {
  const sides = fc.integer({ min: 1, max: 512 });
  fc.assert(
    fc.property(
      sides,
      sides,
      fc.integer({ min: 10, max: 100 }),
      fc.integer({ min: -15, max: 15 }),
      (w, h, side, angle) => {
        const room = { width: 400, height: 400, left: 150, top: 150, side };
        const upright = boxOf(`0 0 ${w} ${h}`, { ...room, angle: 0 });
        const scale = side / Math.max(w, h);
        assert.ok(Math.abs(upright.width - w * scale) < 2 && Math.abs(upright.height - h * scale) < 2);
        assert.ok(Math.abs(upright.left + upright.width / 2 - (150 + side / 2)) <= 0.5);
        const turned = boxOf(`0 0 ${w} ${h}`, { ...room, angle });
        const longer = Math.max(upright.width, upright.height);
        assert.ok(Math.max(turned.width, turned.height) >= longer * Math.cos(Math.PI / 12) - 1);
      },
    ),
  );
});
