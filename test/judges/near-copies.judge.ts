/** That the embedded drawings' split keeps what looks alike on one side: every held-out drawing against every other. Run by `.ci/run`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { loadDrawings, type Drawing } from '../../src/data/datasets/drawing-source.js';
import { splitDrawings } from '../../src/data/datasets/drawing-split.js';
import { colourDistance, hashDistance, type Look, lookOf, mirrored } from '../../src/image/look.js';
import type { Pixels } from '../../src/image/pixels.js';

/** As drawing-near-copies.ts says: alike in one of the two is enough. */
const MOST_BITS = 32;
const MOST_COLOUR = 12;

/** Rendered at a time. */
const CHUNK = 16;

/** The drawing on white, 64 px a side. */
async function render({ body, viewBox }: Drawing): Promise<Pixels> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64" viewBox="${viewBox}">${body}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

async function renderAll(drawings: readonly Drawing[]): Promise<Pixels[]> {
  const all: Pixels[] = [];
  for (let first = 0; first < drawings.length; first += CHUNK)
    all.push(...(await Promise.all(drawings.slice(first, first + CHUNK).map(render))));
  return all;
}

function isNearCopy(a: Look, b: Look): boolean {
  return hashDistance(a, b, MOST_BITS) <= MOST_BITS || colourDistance(a, b, MOST_COLOUR) <= MOST_COLOUR;
}

function nameOf({ className, concept, artist }: Drawing): string {
  return `${className}/${concept}/${artist}`;
}

test('no held-out drawing, mirrored or not, is a near copy of any drawing trained on, by whichever artist', async () => {
  const all = await loadDrawings();
  const [train, val] = (['train', 'val'] as const).map((split) =>
    splitDrawings(all, split).map(({ drawing }) => drawing),
  ) as [Drawing[], Drawing[]];
  assert.equal(new Set(val.map(({ artist }) => artist)).size, 6);
  assert.equal(train.length + val.length, all.length);
  const trained = await Promise.all((await renderAll(train)).map(lookOf));
  const twins: string[] = [];
  for (const [i, held] of (await renderAll(val)).entries()) {
    const looks = await Promise.all([held, mirrored(held)].map(lookOf));
    for (const [j, other] of trained.entries())
      if (looks.some((look) => isNearCopy(look, other)))
        twins.push(`${nameOf(val[i]!)} is like ${nameOf(train[j]!)}`);
  }
  assert.deepEqual(twins, []);
});

test('the measure sees what it is for: books of two colours, and no owl in a rocket', async () => {
  const all = await loadDrawings();
  const lookAt = async (name: string) =>
    lookOf(await render(all.find((drawing) => nameOf(drawing) === name)!));
  const [green, blue, owl, rocket] = await Promise.all(
    [
      'book-paper/green-book/noto',
      'book-paper/blue-book/noto',
      'animal-bird/owl/noto',
      'transport-air/rocket/noto',
    ].map(lookAt),
  );
  assert.ok(isNearCopy(green!, blue!));
  assert.ok(!isNearCopy(owl!, rocket!));
});
