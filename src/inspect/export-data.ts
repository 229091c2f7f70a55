/** Writes the images of a split as files that a foreign program reads, and the index beside them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';
import sharp from 'sharp';
import type { Dataset, DatasetSource, ImageEntry, Split } from '../data/dataset.js';
import { IMAGES_FILE, type IndexedImage, writeIndex } from '../data/index-file.js';
import { selectImages } from '../data/select-images.js';
import { decode } from '../image/decode.js';
import { ImageError } from '../image/pixels.js';
import { digestBytes } from '../util/digest.js';
import { UserError } from '../util/user-error.js';
import type { ProgressListener } from './read-split.js';

/** Images in memory at once. */
const CHUNK = 32;

export interface ExportOptions {
  readonly split: Split;
  /** Images of the split, chosen as the index stage does; all if null. */
  readonly limit: number | null;
  /** Whether images that cannot be decoded are left out, as the spec's `badImages: skip` says. */
  readonly skipsBad: boolean;
  readonly progress: ProgressListener;
}

/**
 * `<folder>/<split>/<id>` with the bytes as they are, or `<id>.png` of our decoded pixels where an id has no
 * ending (the drawings, which are SVG), and `<folder>/<split>.jsonl`, the lines of the index artifact.
 * @param folder absolute
 * @returns the number of images
 */
export async function exportSplit(
  dataset: Dataset,
  source: DatasetSource,
  folder: string,
  { split, limit, skipsBad, progress }: ExportOptions,
): Promise<number> {
  const { classes, images: all } = await dataset.list(source, split);
  const entries = limit === null ? all : selectImages(all, limit);
  const indexed: IndexedImage[] = [];
  const write = async (entry: ImageEntry): Promise<readonly IndexedImage[]> => {
    const bytes = await dataset.read(source, split, entry.id);
    const keepsName = extname(entry.id) !== '';
    if (skipsBad && !(await isImage(bytes))) return [];
    const path = join(folder, split, keepsName ? entry.id : `${entry.id}.png`);
    if (!path.startsWith(join(folder, split) + sep))
      throw new UserError(
        `The image "${entry.id}" of ${source.name} would lie outside of ${folder}: refused.`,
      );
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, keepsName ? bytes : await asPng(bytes));
    return [{ ...entry, sha256: digestBytes(bytes) }];
  };
  for (let first = 0; first < entries.length; first += CHUNK) {
    const chunk = entries.slice(first, first + CHUNK);
    indexed.push(...(await Promise.all(chunk.map(write))).flat());
    progress(`${source.name} ${split}`, first + chunk.length, entries.length);
  }
  const lines = writeIndex({ classes, images: indexed })[IMAGES_FILE]!;
  await writeFile(join(folder, `${split}.jsonl`), lines);
  return indexed.length;
}

async function isImage(encoded: Uint8Array): Promise<boolean> {
  try {
    await decode(encoded);
    return true;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}

async function asPng(encoded: Uint8Array): Promise<Uint8Array> {
  const { width, height, data } = await decode(encoded);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
