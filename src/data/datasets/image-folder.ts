import { join } from 'node:path';
import { Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../dataset.js';
import { fingerprintOf, isImageId, type Scan, scanFolder } from './folder-scan.js';
import { readInside, rootOf } from './inside-root.js';

/**
 * A folder per split and a folder per class: `<root>/<split>/<class>/*.jpg`, as torchvision's ImageFolder and
 * most published sets have it. Ids are `<class>/<file>`; images may lie in folders below the class.
 */
export class ImageFolder extends Dataset {
  override readonly kind = 'image-folder';

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    const { files } = await scanFolder(rootOf(source), split);
    return fingerprintOf(files);
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    return listingOf(await scanFolder(rootOf(source), split));
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    return readImage(rootOf(source), { folder: split, split, id });
  }
}

/** Labels in the order of the classes. */
export function listingOf({ classes, files }: Scan): Listing {
  const labels = new Map(classes.map((name, label) => [name, label]));
  const images = files.map(({ id, className, bytes }) => ({ id, label: labels.get(className)!, bytes }));
  return { classes, images };
}

/** @param place `folder` below the root, in which the id is a path */
export async function readImage(
  root: string,
  { folder, split, id }: { readonly folder: string; readonly split: Split; readonly id: string },
): Promise<Uint8Array> {
  const name = `Image ${JSON.stringify(id)} of ${split} in ${root}`;
  if (!isImageId(id))
    throw new DatasetError(`${name} is refused: not the id of an image below the split's folder.`);
  return readInside(root, join(folder, id), name);
}
