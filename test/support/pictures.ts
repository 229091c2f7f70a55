/** Pixels for tests: random, smooth and encoded. */
import sharp from 'sharp';
import type { Pixels } from '../../src/image/pixels.js';
import { philoxWords } from '../../src/util/philox.js';
import { streamKey } from '../../src/util/random.js';

/** Every byte random. */
export function noise(width: number, height: number, seed = 1): Pixels {
  const data = Uint8Array.from(philoxWords(streamKey(seed, 'noise'), 0, [0, 0], width * height * 3));
  return { width, height, data };
}

/** A picture whose bytes are a function of column, row and channel, rounded into 0..255. */
export function painted(
  width: number,
  height: number,
  value: (x: number, y: number, channel: number) => number,
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++)
        data[(y * width + x) * 3 + channel] = Math.min(255, Math.max(0, Math.round(value(x, y, channel))));
  return { width, height, data };
}

/** Waves of several lengths and directions: has the spectrum of a photograph more than noise has. */
export function waves(width: number, height: number): Pixels {
  return painted(
    width,
    height,
    (x, y, channel) =>
      128 +
      50 * Math.sin(x / 9 + channel) +
      40 * Math.cos((x + 2 * y) / 23) +
      30 * Math.sin((y * (channel + 1)) / 4),
  );
}

/** Losslessly. */
export async function png({ width, height, data }: Pixels): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
