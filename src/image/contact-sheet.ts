/** 64 augmented crops on one picture, to look at: a row for each of eight images, eight draws each. */
import sharp from 'sharp';
import type { Augmenter } from './augmenter.js';
import { writeWindow } from './batch.js';
import type { Pixels } from './pixels.js';
import { rescale } from './rescale.js';

export const SHEET_SIDE = 8;

/** Between crops, px. */
const GAP = 4;

/** Grey levels as they are: what the net is given, before the mean is subtracted. */
const AS_SEEN = { meanRgb: [0, 0, 0], scale: 1 } as const;

/**
 * @param images as decoded, at most eight
 * @param crop px
 * @returns PNG bytes; colours beyond 0-255 are cut off, which the net's input is not
 */
export async function contactSheet(
  images: readonly Pixels[],
  augmenter: Augmenter,
  crop: number,
): Promise<Uint8Array> {
  const width = SHEET_SIDE * (crop + GAP) + GAP;
  const height = images.length * (crop + GAP) + GAP;
  const sheet = new Uint8Array(width * height * 3).fill(255);
  for (const [row, image] of images.entries())
    for (let column = 0; column < SHEET_SIDE; column++) {
      const view = await augmented(image, augmenter, crop, row * SHEET_SIDE + column);
      const [left, top] = [column, row].map((at) => GAP + at * (crop + GAP)) as [number, number];
      for (let y = 0; y < crop; y++)
        sheet.set(view.subarray(y * crop * 3, (y + 1) * crop * 3), ((top + y) * width + left) * 3);
    }
  return sharp(sheet, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

async function augmented(
  image: Pixels,
  augmenter: Augmenter,
  crop: number,
  position: number,
): Promise<Uint8ClampedArray> {
  const rescaled = await rescale(image, augmenter.side(position));
  const floats = new Float32Array(crop * crop * 3);
  const window = augmenter.window(rescaled, crop, position);
  writeWindow(rescaled, window, augmenter.normalisation(AS_SEEN, position), floats, 0);
  return Uint8ClampedArray.from(floats);
}
