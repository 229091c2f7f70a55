/** Isotropic rescaling to a smallest side (Sect. 3.1: S; Sect. 3.2: Q). */
import sharp from 'sharp';
import { enlargeBy } from './enlarge.js';
import type { Pixels } from './pixels.js';

export const FILTERS = ['bilinear', 'bicubic', 'lanczos3'] as const;
/** How the px of the long side are made whole: to the nearest, or downwards as torchvision's Resize does. */
export const LONG_SIDES = ['round', 'floor'] as const;

export interface Rescaling {
  readonly filter: (typeof FILTERS)[number];
  readonly longSide: (typeof LONG_SIDES)[number];
}

/** Where nothing else is asked for. */
export const USUAL_RESCALING: Rescaling = { filter: 'bilinear', longSide: 'round' };

/** libvips' names of the filters. */
const KERNELS = { bilinear: 'linear', bicubic: 'cubic', lanczos3: 'lanczos3' } as const;

/**
 * Size after rescaling so that the smallest side is `side` px: the long side is
 * floor(side * long / short + 0.5), or without the half. Images smaller than `side` are enlarged.
 */
export function rescaledSize(
  width: number,
  height: number,
  side: number,
  longSide: Rescaling['longSide'] = 'round',
): { width: number; height: number } {
  const short = Math.min(width, height);
  const whole = (px: number) => Math.floor((side * px) / short + (longSide === 'round' ? 0.5 : 0));
  return { width: whole(width), height: whole(height) };
}

/**
 * Filters are antialiased (as wide as the reduction), pixel centres at half px, edges repeated, as Pillow's. libvips
 * reduces so; its enlargement is shifted by a part of a pixel, so that one is ours.
 */
export async function rescale(
  image: Pixels,
  side: number,
  { filter, longSide } = USUAL_RESCALING,
): Promise<Pixels> {
  const size = rescaledSize(image.width, image.height, side, longSide);
  if (size.width === image.width && size.height === image.height) return image;
  if (size.width > image.width || size.height > image.height)
    return filter === 'bilinear' ? enlarge(image, size) : enlargeBy(filter, image, size);
  const data = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(size.width, size.height, { kernel: KERNELS[filter], fit: 'fill', fastShrinkOnLoad: false })
    .raw()
    .toBuffer();
  return { ...size, data };
}

/** The two neighbours of each place of an enlarged side, and the part of the second. */
function neighbours(from: number, to: number): { first: Int32Array; second: Int32Array; part: Float64Array } {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const part = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    first[i] = Math.floor(centre);
    second[i] = Math.min(from - 1, first[i]! + 1);
    part[i] = centre - first[i]!;
  }
  return { first, second, part };
}

function enlarge(image: Pixels, { width, height }: { width: number; height: number }): Pixels {
  const columns = neighbours(image.width, width);
  const rows = neighbours(image.height, height);
  const data = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const top = rows.first[y]! * image.width;
    const bottom = rows.second[y]! * image.width;
    const down = rows.part[y]!;
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!;
      const right = columns.second[x]!;
      const across = columns.part[x]!;
      for (let channel = 0; channel < 3; channel++) {
        const upper = blend(
          image.data[(top + left) * 3 + channel]!,
          image.data[(top + right) * 3 + channel]!,
          across,
        );
        const lower = blend(
          image.data[(bottom + left) * 3 + channel]!,
          image.data[(bottom + right) * 3 + channel]!,
          across,
        );
        data[at++] = Math.floor(blend(upper, lower, down) + 0.5);
      }
    }
  }
  return { width, height, data };
}

function blend(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}
