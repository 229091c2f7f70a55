/** Isotropic rescaling to a smallest side (Sect. 3.1: S; Sect. 3.2: Q). */
import sharp from 'sharp';
import type { Pixels } from './pixels.js';

/**
 * Size after rescaling so that the smallest side is `side` px: the long side is
 * floor(side * long / short + 0.5). Images smaller than `side` are enlarged.
 */
export function rescaledSize(width: number, height: number, side: number): { width: number; height: number } {
  const short = Math.min(width, height);
  return { width: Math.floor((side * width) / short + 0.5), height: Math.floor((side * height) / short + 0.5) };
}

/** Filter: bilinear with antialiasing (a triangle as wide as the reduction), as Pillow's BILINEAR. */
export async function rescale(image: Pixels, side: number): Promise<Pixels> {
  const size = rescaledSize(image.width, image.height, side);
  if (size.width === image.width && size.height === image.height) return image;
  const data = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(size.width, size.height, { kernel: 'linear', fit: 'fill', fastShrinkOnLoad: false })
    .raw()
    .toBuffer();
  return { ...size, data };
}
