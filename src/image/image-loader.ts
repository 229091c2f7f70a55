/** Encoded images to rescaled pixels, ahead of their use, with what fits kept in memory. */
import { Gate } from '../util/gate.js';
import { decode } from './decode.js';
import type { DecodedImages } from './decoded-images.js';
import { ImageError, type Pixels } from './pixels.js';
import { rescale, type Rescaling, USUAL_RESCALING } from './rescale.js';

/** Hundreds of ILSVRC's images, some of a camera's. */
const DECODING_BYTES = 2 ** 29;

/** Bytes of pixels for one of a JPEG, about. */
const PIXELS_PER_BYTE = 12;

export interface ImageLoaderOptions {
  /** The encoded bytes of an image. */
  readonly read: (id: string) => Promise<Uint8Array>;
  /** Length of an image, encoded; all count as nothing if left out. */
  readonly bytesOf?: (id: string) => number;
  /** Of the set that they are of, for messages. */
  readonly split: string;
  /** Smallest side after rescaling, px; as decoded if undefined. */
  readonly side?: number;
  /** As usual if left out. */
  readonly rescaling?: Rescaling;
  /** Pixels kept, in bytes; 0 where each image is used once. What is beyond is decoded again each time. */
  readonly cacheBytes: number;
  /** Where decoded and rescaled images are kept beyond this loader, and the digest that an image has there. */
  readonly decoded?: { readonly images: DecodedImages; readonly digestOf: (id: string) => string };
}

export class ImageLoader {
  readonly #options: ImageLoaderOptions;
  readonly #cache = new Map<string, Pixels>();
  /** Whole images that are being decoded, or rescaled, are as many as there is room for. */
  readonly #gate = new Gate(DECODING_BYTES);
  #cachedBytes = 0;

  constructor(options: ImageLoaderOptions) {
    this.#options = options;
  }

  /** @throws ImageError naming the image, if it is not a whole one */
  async load(id: string): Promise<Pixels> {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    const pixels = await this.#decode(id);
    // Another load of the same image may have ended first.
    if (!this.#cache.has(id) && this.#cachedBytes + pixels.data.length <= this.#options.cacheBytes) {
      this.#cachedBytes += pixels.data.length;
      this.#cache.set(id, pixels);
    }
    return pixels;
  }

  /** All at once: libvips works on several images at a time. */
  async loadAll(ids: readonly string[]): Promise<Pixels[]> {
    return Promise.all(ids.map((id) => this.load(id)));
  }

  async #decode(id: string): Promise<Pixels> {
    const { read, bytesOf, split, side, rescaling = USUAL_RESCALING, decoded } = this.#options;
    const room = PIXELS_PER_BYTE * (bytesOf?.(id) ?? 0);
    const keep = async (form: string, make: () => Promise<Pixels>) =>
      decoded ? decoded.images.get(`${decoded.digestOf(id)}${form}`, make) : make();
    const whole = () => keep('', async () => decode(await read(id)));
    try {
      if (side === undefined) return await this.#gate.through(room, whole);
      const { filter, longSide } = rescaling;
      return await keep(` ${side} ${filter} ${longSide}`, async () =>
        this.#gate.through(room, async () => rescale(await whole(), side, rescaling)),
      );
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new ImageError(
        `The image "${split}/${id}" cannot be used: ${error.message}. Mend or remove it, or let the spec say "badImages: skip" of its set; \`stagecraft data check\` names all such images.`,
        { cause: error },
      );
    }
  }
}
