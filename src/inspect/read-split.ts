/** Reads and decodes every image of a split, and keeps of each what fits in memory. */
import type { Dataset, DatasetSource, ImageEntry, Listing, Split } from '../data/dataset.js';
import { decode } from '../image/decode.js';
import { type Encoding, encodingOf } from '../image/encoding.js';
import { type Look, lookOf, mirrored } from '../image/look.js';
import { ImageError } from '../image/pixels.js';
import { digestBytes } from '../util/digest.js';
import { UserError } from '../util/user-error.js';

/** Images decoded at once; bounds memory. */
const CHUNK = 32;

/** `done` of `total` of what is called `what`. */
export type ProgressListener = (what: string, done: number, total: number) => void;

export interface GoodImage extends ImageEntry {
  readonly sha256: string;
  /** Px. */
  readonly width: number;
  readonly height: number;
  readonly encoding: Encoding;
  readonly look: Look;
  /** Of its mirror image; asked for of one of two splits that are compared. */
  readonly mirrorLook: Look | undefined;
}

export interface BadImage {
  readonly id: string;
  readonly reason: string;
}

export interface ReadSplit {
  readonly classes: readonly string[];
  readonly good: readonly GoodImage[];
  readonly bad: readonly BadImage[];
}

export interface SplitOptions {
  readonly split: Split;
  readonly withMirrors: boolean;
  readonly progress: ProgressListener;
}

export async function readSplit(
  dataset: Dataset,
  source: DatasetSource,
  listing: Listing,
  { split, withMirrors, progress }: SplitOptions,
): Promise<ReadSplit> {
  const good: GoodImage[] = [];
  const bad: BadImage[] = [];
  const { images, classes } = listing;
  const look = async (entry: ImageEntry): Promise<GoodImage> => {
    const bytes = await dataset.read(source, split, entry.id);
    const pixels = await decode(bytes);
    const { width, height } = pixels;
    return {
      ...entry,
      ...{ width, height, sha256: digestBytes(bytes), encoding: await encodingOf(bytes) },
      look: await lookOf(pixels),
      mirrorLook: withMirrors ? await lookOf(mirrored(pixels)) : undefined,
    };
  };
  for (let first = 0; first < images.length; first += CHUNK) {
    const chunk = images.slice(first, first + CHUNK);
    const looked = await Promise.allSettled(chunk.map(look));
    for (const [i, one] of looked.entries()) {
      if (one.status === 'fulfilled') good.push(one.value);
      // Alone: what libvips says of one image may hold what it said of another at the same time.
      else bad.push(await reasonOf(chunk[i]!, look));
    }
    progress(`${source.name} ${split}`, first + chunk.length, images.length);
  }
  return { classes, good, bad };
}

async function reasonOf(entry: ImageEntry, look: (entry: ImageEntry) => Promise<unknown>): Promise<BadImage> {
  try {
    await look(entry);
  } catch (error) {
    if (error instanceof ImageError || error instanceof UserError)
      return { id: entry.id, reason: error.message };
    throw error;
  }
  return { id: entry.id, reason: 'could be read the second time only' };
}
