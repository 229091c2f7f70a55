/** The images of the official tars: where each lies. Kept as long as the file stays the same. */
import { basename } from 'node:path';
import { type Range, readRange, tarFiles } from '../../archives/tar-file.js';
import { DatasetError, type Split } from '../../dataset.js';
import { isImageName } from '../folder-scan.js';
import { mapBounded } from '../map-bounded.js';
import { stampOf } from '../stamp.js';
import { isWnid } from './labels.js';

/** Tars within the tar that are looked through at a time. */
const CONCURRENCY = 8;

/** By `<WNID>/<image>` of training images, by `<image>` of validation images. */
export type TarImages = ReadonlyMap<string, Range>;

export class TarIndexes {
  readonly #indexes = new Map<string, { readonly stamp: string; readonly images: Promise<TarImages> }>();

  /** Looks at the file, and through it if it has changed; training images take minutes, at one read each. */
  async images(path: string, split: Split): Promise<TarImages> {
    const stamp = await stampOf(path);
    const known = this.#indexes.get(path);
    if (known?.stamp === stamp) return known.images;
    const images = split === 'train' ? tarsWithin(path) : imagesIn(path);
    this.#indexes.set(path, { stamp, images });
    // A failure is not remembered.
    images.catch(() => this.#indexes.delete(path));
    return images;
  }

  /** @throws DatasetError if there is no such image */
  async read(path: string, split: Split, name: string): Promise<Uint8Array> {
    const range = (await this.images(path, split)).get(name);
    if (!range) throw new DatasetError(`${path} holds no image ${JSON.stringify(name)}.`);
    return readRange(path, range);
  }
}

async function imagesIn(path: string): Promise<TarImages> {
  return placed(path, await tarFiles(path));
}

/** `n01440764.tar` and 999 others. */
async function tarsWithin(path: string): Promise<TarImages> {
  const tars = (await tarFiles(path)).filter(({ name }) => name.endsWith('.tar'));
  const wrong = tars.find(({ name }) => !isWnid(classOf(name)));
  if (tars.length === 0 || wrong)
    throw new DatasetError(
      `${path} ${wrong ? `holds ${wrong.name}` : 'holds no tars'}, but must hold a tar for each class, named by its WNID.`,
    );
  const found = await mapBounded(tars, CONCURRENCY, async (tar) => {
    const images = await tarFiles(path, tar, `${path}: ${tar.name}`);
    return images.map(({ name, at, bytes }) => ({
      name: `${classOf(tar.name)}/${basename(name)}`,
      at,
      bytes,
    }));
  });
  return placed(path, found.flat());
}

function classOf(tar: string): string {
  return basename(tar, '.tar');
}

function placed(path: string, files: readonly (Range & { readonly name: string })[]): TarImages {
  const images = new Map<string, Range>();
  for (const { name, at, bytes } of files) {
    if (!isImageName(basename(name))) continue;
    if (images.has(name)) throw new DatasetError(`${path} holds the image ${name} twice.`);
    images.set(name, { at, bytes });
  }
  if (images.size === 0) throw new DatasetError(`${path} holds no image.`);
  return images;
}
