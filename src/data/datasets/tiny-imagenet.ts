import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { digestValue } from '../../util/digest.js';
import { isMissing } from '../../util/disk.js';
import { Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../dataset.js';
import { byId, fingerprintOf, isImageId, quote, type Scan, scanFlat, scanFolder } from './folder-scan.js';
import { listingOf } from './image-folder.js';
import { readInside, rootOf } from './inside-root.js';

const ANNOTATIONS = 'val/val_annotations.txt';

/**
 * Tiny-ImageNet: `train/<WNID>/images/*.JPEG`, and `val/images/*.JPEG` whose classes stand in
 * `val/val_annotations.txt`. Ids are `<WNID>/<file>`, classes the sorted WNIDs.
 */
export class TinyImageNet extends Dataset {
  override readonly kind = 'tiny-imagenet';

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    const { files } = await scan(rootOf(source), split);
    return fingerprintOf(files, digestValue(files.map(({ className }) => className)));
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    return listingOf(await scan(rootOf(source), split));
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const root = rootOf(source);
    const name = `Image ${JSON.stringify(id)} of ${split} in ${root}`;
    const [wnid, file, ...more] = id.split('/');
    if (!isImageId(id) || wnid === undefined || file === undefined || more.length > 0)
      throw new DatasetError(`${name} is refused: not a WNID and the name of an image.`);
    return readInside(
      root,
      split === 'train' ? join('train', wnid, 'images', file) : join('val/images', file),
      name,
    );
  }
}

async function scan(root: string, split: Split): Promise<Scan> {
  if (split === 'train') {
    const { classes, files } = await scanFolder(root, 'train');
    const strange = files.filter(({ id, className }) => id !== `${className}/images/${basename(id)}`);
    if (strange.length > 0)
      throw new DatasetError(
        `Images do not lie in train/<WNID>/images/ of ${root}: ${quote(strange.map(({ id }) => id))}. For folders in another layout use kind: image-folder.`,
      );
    return {
      classes,
      files: files.map((one) => ({ ...one, id: `${one.className}/${basename(one.id)}` })).sort(byId),
    };
  }
  const wnids = await annotations(root);
  const files = (await scanFlat(root, 'val/images')).map((one) => ({ ...one, className: wnids.get(one.id) }));
  const unknown = files.filter(({ className }) => className === undefined).map(({ id }) => id);
  if (unknown.length > 0)
    throw new DatasetError(
      `${join(root, ANNOTATIONS)} does not say which class these images are of: ${quote(unknown)}.`,
    );
  const there = new Set(files.map(({ id }) => id));
  const missing = [...wnids.keys()].filter((file) => !there.has(file));
  if (missing.length > 0)
    throw new DatasetError(
      `${join(root, ANNOTATIONS)} names ${missing.length} images that are not in val/images: ${quote(missing)}. Get the set anew, or remove their lines.`,
    );
  return {
    classes: [...new Set(wnids.values())].sort(),
    files: files
      .map((one) => ({ ...one, className: one.className!, id: `${one.className!}/${one.id}` }))
      .sort(byId),
  };
}

/** Of each file its WNID; a box follows. */
async function annotations(root: string): Promise<ReadonlyMap<string, string>> {
  const path = join(root, ANNOTATIONS);
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = isMissing(error) ? 'is not there' : `cannot be read: ${String(error)}`;
    throw new DatasetError(`${path}, which says which class each validation image is of, ${why}.`, {
      cause: error,
    });
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line, i) => {
      const [, file, wnid] = /^([\w.-]+)\t(n\d{8})(?:\t|\s*$)/.exec(line) ?? [];
      if (file === undefined || wnid === undefined)
        throw new DatasetError(
          `${path}:${i + 1} is ${JSON.stringify(line.slice(0, 60))}, but must be a file, a tab and a WNID. Get the set anew.`,
        );
      return [file, wnid] as const;
    }),
  );
}
