/** Where the images of a split lie: in which of the layouts that ILSVRC-2012 is kept in. */
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../../util/disk.js';
import { DatasetError, type Split, SplitMissingError } from '../../dataset.js';
import { isImageName, quote } from '../folder-scan.js';
import { entriesBelow, isInside, realRoot } from '../inside-root.js';
import { isWnid } from './labels.js';

export type Place =
  /** `<folder>/<WNID>/<image>`. */
  | { readonly form: 'class-folders'; readonly folder: string }
  /** `<folder>/<image>`: the classes stand elsewhere. */
  | { readonly form: 'flat-folder'; readonly folder: string }
  /** An official tar, which is read as it is. */
  | { readonly form: 'tar'; readonly path: string };

const KAGGLE = 'ILSVRC/Data/CLS-LOC';

/** Below the root; the first that there is. */
const FOLDERS: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'ILSVRC2012_img_train', `${KAGGLE}/train`, 'Data/CLS-LOC/train'],
  val: ['val', 'ILSVRC2012_img_val', `${KAGGLE}/val`, 'Data/CLS-LOC/val'],
};

const TARS: Readonly<Record<Split, string>> = {
  train: 'ILSVRC2012_img_train.tar',
  val: 'ILSVRC2012_img_val.tar',
};

/** A folder comes before a tar. @throws DatasetError if there is none, or one in another layout */
export async function findPlace(root: string, split: Split): Promise<Place> {
  const top = await realRoot(root);
  for (const folder of FOLDERS[split])
    if (await isFolder(join(top, folder)))
      return { form: await formOf({ top, root, folder }, split), folder };
  const tar = join(root, TARS[split]);
  if (await isFile(tar, top)) return { form: 'tar', path: tar };
  throw new SplitMissingError(
    `There are no ${split === 'train' ? 'training' : 'validation'} images of ILSVRC-2012 in ${root}. Expected one of ${[...FOLDERS[split].map((folder) => `${folder}/`), TARS[split]].join(', ')}.`,
  );
}

async function formOf(
  place: { readonly top: string; readonly root: string; readonly folder: string },
  split: Split,
): Promise<'class-folders' | 'flat-folder'> {
  const path = join(place.root, place.folder);
  const entries = await entriesBelow(place, () => '');
  const names = entries.map(({ name }) => name).sort();
  const folders = entries
    .filter((entry) => !entry.isFile() && !isImageName(entry.name))
    .map(({ name }) => name);
  if (folders.some(isWnid)) return 'class-folders';
  if (folders.length > 0 && folders.every((name) => /^\d+$/.test(name)))
    throw new DatasetError(
      `${path} has folders by number (${quote([...folders].sort())}), which may count from 0 or 1, in the order of the WNIDs or of the devkit's ILSVRC2012_ID. Name each by its WNID, e.g. n01440764.`,
    );
  if (split === 'val' && names.some(isImageName)) return 'flat-folder';
  throw new DatasetError(
    `${path} holds no class folder. Expected folders named by WNID, e.g. n01440764${split === 'val' ? ', or images' : ''}; found ${quote(names) || 'nothing'}.`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return (await found(path))?.isDirectory() ?? false;
}

/** @throws DatasetError for a link that leads outside of the root */
async function isFile(path: string, top: string): Promise<boolean> {
  if (!(await found(path))?.isFile()) return false;
  if (isInside(top, await realpath(path))) return true;
  throw new DatasetError(`${path} is a link that leads outside of the root: refused.`);
}

async function found(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new DatasetError(`${path} cannot be read: ${String(error)}`, { cause: error });
  }
}
