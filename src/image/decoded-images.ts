/** Decoded and rescaled images, kept from one task of a process to the next: tables evaluate the same images at the same scales. */
import type { Pixels } from './pixels.js';

/** Of a worker: holds the images of the small sets on which net after net is trained and evaluated. */
export const MOST_DECODED_BYTES = 2 ** 30;

/** Of an image that is kept, at least: a thumbnail's. */
const LEAST_IMAGE_BYTES = 2 ** 16;

/** That a worker comes to keep of so many images; a little is taken for the few of a sample. */
export function keptBytes(images: number): number {
  return Math.min(MOST_DECODED_BYTES, images * LEAST_IMAGE_BYTES);
}

export class DecodedImages {
  readonly #maxBytes: number;
  /** By what they are, the one used longest ago first. */
  readonly #kept = new Map<string, Pixels>();
  #bytes = 0;

  /** @param maxBytes of pixels that are kept; of a larger set every image is decoded each time */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @param key of equal pixels and no others @param make called where they are not kept */
  async get(key: string, make: () => Promise<Pixels>): Promise<Pixels> {
    const pixels = this.#kept.get(key) ?? (await make());
    this.#keep(key, pixels);
    return pixels;
  }

  #keep(key: string, pixels: Pixels): void {
    const before = this.#kept.get(key);
    this.#kept.delete(key);
    this.#kept.set(key, pixels);
    this.#bytes += pixels.data.length - (before?.data.length ?? 0);
    for (const [oldest, { data }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= data.length;
    }
  }
}
