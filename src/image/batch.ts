/** From pixels to an engine's input: crop, mirror, subtract the mean, scale. */
import { integerBetween } from '../util/random.js';
import type { Pixels } from './pixels.js';

/** What turns 0-255 pixels into a net's input: (x - mean) * scale, channels RGB. */
export interface Normalisation {
  readonly meanRgb: readonly [number, number, number];
  /** Of all channels, or of R, G, B. */
  readonly scale: number | readonly [number, number, number];
}

/** A rectangle of an image, in px from the top left, and whether it is read right to left. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly mirrored: boolean;
}

export function wholeImage({ width, height }: Pixels, mirrored: boolean): Window {
  return { left: 0, top: 0, width, height, mirrored };
}

/** The square in the middle; an odd px of room is below and to the right. */
export function centreWindow({ width, height }: Pixels, side: number): Window {
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  return { left, top, width: side, height: side, mirrored: false };
}

/** Where augmentation may look; both switches on is the paper's training (Sect. 3.1). */
export interface CropPolicy {
  readonly crop: 'random' | 'centre';
  readonly mirror: boolean;
}

/**
 * The crop of one sample.
 * @param side of the square crop, at most the image's smallest side, px
 * @param draws three numbers in [0, 1): left, top, mirror
 */
export function cropWindow(
  image: Pixels,
  side: number,
  policy: CropPolicy,
  draws: readonly number[],
): Window {
  const mirrored = policy.mirror && draws[2]! < 0.5;
  if (policy.crop === 'centre') return { ...centreWindow(image, side), mirrored };
  const left = integerBetween(0, image.width - side, draws[0]!);
  const top = integerBetween(0, image.height - side, draws[1]!);
  return { left, top, width: side, height: side, mirrored };
}

/** Writes one window, normalised, to `out` at image `index` of a batch of that window's size. */
export function writeWindow(
  image: Pixels,
  window: Window,
  to: Normalisation,
  out: Float32Array,
  index: number,
): void {
  const { left, top, width, height, mirrored } = window;
  const [red, green, blue] = to.meanRgb;
  const [ofRed, ofGreen, ofBlue] = typeof to.scale === 'number' ? [to.scale, to.scale, to.scale] : to.scale;
  let at = index * width * height * 3;
  const step = mirrored ? -3 : 3;
  for (let y = top; y < top + height; y++) {
    let from = (y * image.width + (mirrored ? left + width - 1 : left)) * 3;
    for (let x = 0; x < width; x++) {
      out[at] = (image.data[from]! - red) * ofRed;
      out[at + 1] = (image.data[from + 1]! - green) * ofGreen;
      out[at + 2] = (image.data[from + 2]! - blue) * ofBlue;
      at += 3;
      from += step;
    }
  }
}
