import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../dataset.js';
import { isImageName, isInside, realRoot, scanFolder } from './folder-scan.js';

/**
 * A folder per split and a folder per class: `<root>/<split>/<class>/*.jpg`, as torchvision's ImageFolder and
 * most published sets have it. Ids are `<class>/<file>`; images may lie in folders below the class.
 */
export class ImageFolder extends Dataset {
  override readonly kind = 'image-folder';

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    const { files } = await scanFolder(rootOf(source), split);
    const hash = createHash('sha256');
    for (const { id, bytes, mtimeMs } of files) hash.update(`${JSON.stringify([id, bytes, mtimeMs])}\n`);
    return hash.digest('hex');
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    const { classes, files } = await scanFolder(rootOf(source), split);
    const labels = new Map(classes.map((name, label) => [name, label]));
    const images = files.map(({ id, className, bytes }) => ({ id, label: labels.get(className)!, bytes }));
    return { classes, images };
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const top = await realRoot(rootOf(source));
    const name = `Image ${JSON.stringify(id)} of ${split} in ${rootOf(source)}`;
    if (!isId(id))
      throw new DatasetError(`${name} is refused: not the id of an image below the split's folder.`);
    let path;
    try {
      path = await realpath(join(top, split, id));
    } catch (error) {
      throw new DatasetError(`${name} does not exist.`, { cause: error });
    }
    if (!isInside(top, path)) throw new DatasetError(`${name} is refused: a link leads outside of the root.`);
    try {
      return await readFile(path);
    } catch (error) {
      throw new DatasetError(`${name} cannot be read: ${String(error)}`, { cause: error });
    }
  }
}

/** Whether an id is one that {@link ImageFolder.list} could have given: no way up, nothing hidden, an image. */
function isId(id: string): boolean {
  const parts = id.split('/');
  const isPlain = parts.length >= 2 && parts.every((part) => part !== '' && !part.startsWith('.'));
  return isPlain && !id.includes('\0') && (sep === '/' || !id.includes(sep)) && isImageName(parts.at(-1)!);
}

function rootOf(source: DatasetSource): string {
  if (source.root === undefined) throw new DatasetError(`The image folder ${source.name} needs a root.`);
  return source.root;
}
