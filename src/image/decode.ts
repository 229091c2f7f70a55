/**
 * Encoded bytes to RGB pixels, by sharp (libvips). Settings of the protocol: no shrink-on-load, embedded
 * ICC profiles and EXIF orientation ignored, grey to three channels, the alpha channel dropped, as Caffe,
 * torchvision and timm do.
 */
import sharp from 'sharp';
import { ImageError, type Pixels } from './pixels.js';

/** Refuses images that would not fit: 16,384 x 16,384 px is beyond any photograph of these sets. */
const MAX_PIXELS = 16384 * 16384;

/** Rescaled to a smallest side of some hundred px, longer strips than this would fill the memory. */
const LONGEST_ASPECT = 50;

// Parallelism is over images, not inside one; and nothing read twice is worth libvips' own cache.
sharp.concurrency(1);
sharp.cache(false);

/** The image library's versions, for the manifest. */
export const imageLibrary = `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;

/** @throws ImageError if the bytes are no whole image */
export async function decode(encoded: Uint8Array): Promise<Pixels> {
  try {
    const image = sharp(encoded, { ignoreIcc: true, failOn: 'truncated', limitInputPixels: MAX_PIXELS });
    const { data, info } = await image
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (Math.max(width, height) > LONGEST_ASPECT * Math.min(width, height))
      throw new ImageError(
        `${width} x ${height} px is no image but a strip: at most ${LONGEST_ASPECT} to 1 can be used`,
      );
    return { width, height, data: toRgb(data, info.channels) };
  } catch (error) {
    throw new ImageError(reasonOf(error), { cause: error });
  }
}

/** libvips says the same several times, a line each, with a prefix for the part of it that speaks. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').map((line) => line.replace(/\bVips\w+: /g, '').trim());
  return [...new Set(lines)].filter(Boolean).join('; ').replace(/\.$/, '');
}

function toRgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  if (channels !== 1) throw new ImageError(`an image of ${channels} channels`);
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0; i < data.length; i++) rgb.fill(data[i]!, 3 * i, 3 * i + 3);
  return rgb;
}
