/** Decoded and rescaled images, kept from one task of a process to the next: tables evaluate the same images at the same scales. */
import type { Pixels } from './pixels.js';

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
