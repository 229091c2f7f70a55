/** PASCAL VOC's labels of whole images: several each, and of some nothing is said but that the object is difficult. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../util/disk.js';
import { DatasetError } from '../dataset.js';

export type VocSet = 'train' | 'val' | 'trainval' | 'test';

/** Shown, not shown, or shown by difficult objects alone, which evaluations pass over. */
export type VocLabel = 1 | -1 | 0;

export interface VocLabels {
  /** Sorted. */
  readonly classes: readonly string[];
  /** By image, in the order of the lists; a label for each class. */
  readonly images: ReadonlyMap<string, readonly VocLabel[]>;
}

/**
 * From `ImageSets/Main/<class>_<set>.txt`.
 * @param root absolute, e.g. `VOCdevkit/VOC2007` @throws DatasetError, by file and line, if lists are absent or disagree
 */
export async function readVocLabels(root: string, set: VocSet): Promise<VocLabels> {
  const folder = join(root, 'ImageSets/Main');
  const ending = `_${set}.txt`;
  const files = await readdir(folder).catch((error: unknown) => {
    const why = isMissing(error) ? 'is not there' : `cannot be read: ${String(error)}`;
    throw new DatasetError(
      `${folder}, where PASCAL VOC has its lists, ${why}. The root is the folder of one year, e.g. VOCdevkit/VOC2007.`,
      { cause: error },
    );
  });
  const classes = files
    .filter((name) => name.endsWith(ending) && /^[a-z]+$/.test(name.slice(0, -ending.length)))
    .map((name) => name.slice(0, -ending.length))
    .sort();
  if (classes.length === 0) throw new DatasetError(`${folder} holds no list <class>${ending}.`);
  const images = new Map<string, VocLabel[]>();
  for (const [at, name] of classes.entries()) {
    const path = join(folder, `${name}${ending}`);
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    for (const [i, line] of lines.entries()) {
      const [, image, label] = /^(\w+) +(-1|0|1)\s*$/.exec(line) ?? [];
      if (image === undefined)
        throw new DatasetError(
          `${path}:${i + 1} is ${JSON.stringify(line.slice(0, 40))}, but must be an image and 1, 0 or -1.`,
        );
      const labels = images.get(image) ?? [];
      if (labels.length !== at)
        throw new DatasetError(`${path}:${i + 1}: ${image} is not once in the list of each class.`);
      labels.push(Number(label) as VocLabel);
      images.set(image, labels);
    }
  }
  const lacking = [...images].find(([, labels]) => labels.length < classes.length);
  if (lacking) throw new DatasetError(`${folder}: ${lacking[0]} is not once in the list of each class.`);
  return { classes, images };
}
