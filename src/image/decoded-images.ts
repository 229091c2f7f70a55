/** Decoded images, kept from one task of a process to the next: a table evaluates the same images at several scales. */
import type { Pixels } from './pixels.js';

export class DecodedImages {
  readonly #maxBytes: number;
  /** By digest of the encoded bytes, the one used longest ago first. */
  readonly #kept = new Map<string, Pixels>();
  #bytes = 0;

  /** @param maxBytes of pixels that are kept; of a larger set every image is decoded each time */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @param digest of the encoded bytes @param decode called where the image is not kept */
  async get(digest: string, decode: () => Promise<Pixels>): Promise<Pixels> {
    const pixels = this.#kept.get(digest) ?? (await decode());
    this.#keep(digest, pixels);
    return pixels;
  }

  #keep(digest: string, pixels: Pixels): void {
    const before = this.#kept.get(digest);
    this.#kept.delete(digest);
    this.#kept.set(digest, pixels);
    this.#bytes += pixels.data.length - (before?.data.length ?? 0);
    for (const [oldest, { data }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= data.length;
    }
  }
}
