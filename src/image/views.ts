/** Where the methods of evaluation look in an image (Sect. 3.2, 4.1, 4.3). */
import { centreWindow, type Window, wholeImage } from './batch.js';
import type { Pixels } from './pixels.js';

/** Methods that are no means of others. Ten crops are Krizhevsky's (2012): the corners and the centre, mirrored. */
export const SINGLE_METHODS = ['dense', 'multi-crop', 'centre-crop', 'ten-crop'] as const;

export type SingleMethod = (typeof SINGLE_METHODS)[number];

/** Crops along each side of the regular grid of multi-crop evaluation (Sect. 3.2: 5x5, 50 with mirrors). */
const GRID = 5;

/** How many windows of an image the net is run over, without mirrors. */
export const VIEWS: Readonly<Record<SingleMethod, number>> = {
  dense: 1,
  'multi-crop': GRID * GRID,
  'centre-crop': 1,
  'ten-crop': 5,
};

/**
 * The windows of an image, not mirrored, from the top left row by row.
 * @param crop side of the net's square input, px; at most the image's smallest side
 */
export function viewsOf(image: Pixels, method: SingleMethod, crop: number): readonly Window[] {
  const { width, height } = image;
  const at = (left: number, top: number): Window => ({
    left,
    top,
    width: crop,
    height: crop,
    mirrored: false,
  });
  const [right, bottom] = [width - crop, height - crop];
  switch (method) {
    case 'dense':
      return [wholeImage(image, false)];
    case 'centre-crop':
      return [centreWindow(image, crop)];
    case 'ten-crop':
      return [at(0, 0), at(right, 0), centreWindow(image, crop), at(0, bottom), at(right, bottom)];
    case 'multi-crop':
      return gridOffsets(height, crop).flatMap((top) =>
        gridOffsets(width, crop).map((left) => at(left, top)),
      );
  }
}

/** Offsets of the grid's crops along a side, px: floor(i (side - crop) / 4 + 0.5) for i = 0..4. */
export function gridOffsets(side: number, crop: number): readonly number[] {
  return Array.from({ length: GRID }, (_, i) => Math.floor((i * (side - crop)) / (GRID - 1) + 0.5));
}
