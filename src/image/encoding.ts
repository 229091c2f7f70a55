import sharp from 'sharp';

/** How an image is encoded, where decoding has to make RGB of it. */
export interface Encoding {
  readonly grey: boolean;
  readonly cmyk: boolean;
  readonly alpha: boolean;
}

/** Reads the header alone. */
export async function encodingOf(encoded: Uint8Array): Promise<Encoding> {
  const { space, hasAlpha } = await sharp(encoded).metadata();
  return { grey: space === 'b-w' || space === 'grey16', cmyk: space === 'cmyk', alpha: hasAlpha };
}
