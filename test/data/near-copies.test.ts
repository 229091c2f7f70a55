import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { loadDrawings, type Drawing } from '../../src/data/datasets/drawing-source.js';
import { splitDrawings } from '../../src/data/datasets/drawing-split.js';

/** Sides of the colour thumbnail; the difference hash has as many bits a side. */
const SIDE = 16;
const MOST_BITS = 32;
const MOST_COLOUR = 12;

interface Look {
  readonly name: string;
  /** SIDE x SIDE bits: whether the grey value rises to the right. */
  readonly bits: Uint8Array;
  /** SIDE x SIDE x 3, 0..255. */
  readonly colours: Uint8Array;
}

/** The drawing on white, as it is or mirrored. */
async function look(drawing: Drawing, isMirrored: boolean): Promise<Look> {
  const { body, viewBox, concept, artist } = drawing;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64" viewBox="${viewBox}">${body}</svg>`;
  const image = sharp(Buffer.from(svg)).flatten({ background: '#fff' }).flop(isMirrored).removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const fit = { fit: 'fill', kernel: 'cubic' } as const;
  const raw = { width: info.width, height: info.height, channels: 3 } as const;
  const grey = await sharp(data, { raw })
    .greyscale()
    .resize(SIDE + 1, SIDE, fit)
    .raw()
    .toBuffer();
  const colours = await sharp(data, { raw }).resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer();
  const bits = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < bits.length; i++) {
    const at = i + Math.floor(i / SIDE);
    bits[i] = grey[at + 1]! > grey[at]! ? 1 : 0;
  }
  return { name: `${drawing.className}/${concept}/${artist}`, bits, colours };
}

function isNearCopy(a: Look, b: Look): boolean {
  let bits = 0;
  for (let i = 0; i < a.bits.length; i++) bits += a.bits[i]! ^ b.bits[i]!;
  if (bits <= MOST_BITS) return true;
  let colour = 0;
  for (let i = 0; i < a.colours.length; i++) colour += Math.abs(a.colours[i]! - b.colours[i]!);
  return colour / a.colours.length <= MOST_COLOUR;
}

test('no held-out drawing of two of the artists is a near copy of one trained on', async () => {
  const all = await loadDrawings();
  // Near copies are by one hand: two artists a run keep this to seconds.
  for (const artist of ['emojione', 'fxemoji'] as const) {
    const own = all.filter((drawing) => drawing.artist === artist);
    const [train, val] = (['train', 'val'] as const).map((split) =>
      splitDrawings(all, split).flatMap(({ drawing }) => (own.includes(drawing) ? [drawing] : [])),
    );
    const trained = await Promise.all(train!.map((drawing) => look(drawing, false)));
    for (const drawing of val!) {
      for (const isMirrored of [false, true]) {
        const held = await look(drawing, isMirrored);
        const twin = trained.find((other) => isNearCopy(held, other));
        assert.equal(twin, undefined, `${held.name} is like ${twin?.name ?? ''}`);
      }
    }
  }
});
