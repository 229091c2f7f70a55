/** Kaggle's copy of ILSVRC-2012 has its labels in two lists: `LOC_val_solution.csv` and `LOC_synset_mapping.txt`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestValue } from '../../../util/digest.js';
import { isMissing } from '../../../util/disk.js';
import { DatasetError } from '../../dataset.js';
import { isWnid, type ValLabels } from './labels.js';

const SOLUTION = 'LOC_val_solution.csv';
const MAPPING = 'LOC_synset_mapping.txt';

/** Undefined where there is no such list. @param root absolute @throws DatasetError if one is damaged */
export async function readKaggle(root: string): Promise<ValLabels | undefined> {
  const solution = await linesOf(join(root, SOLUTION));
  if (!solution) return undefined;
  const path = join(root, SOLUTION);
  const [header, ...rows] = solution;
  if (header?.replace(/\s/g, '') !== 'ImageId,PredictionString')
    throw new DatasetError(`${path}:1 must be "ImageId,PredictionString". ${ANEW}`);
  const wnids = new Map(
    rows.map((row, i) => {
      // A box follows, and where an image has several objects the same WNID again.
      const [, image, wnid] = /^([\w-]+),(n\d{8})(?: -?\d+)+/.exec(row) ?? [];
      if (image === undefined || wnid === undefined)
        throw new DatasetError(
          `${path}:${i + 2} is ${JSON.stringify(row.slice(0, 60))}, but must be an image, a comma, a WNID and a box. ${ANEW}`,
        );
      return [image, wnid] as const;
    }),
  );
  const classes = (await classesOf(root)) ?? [...new Set(wnids.values())].sort();
  const known = new Set(classes);
  const stranger = [...wnids].find(([, wnid]) => !known.has(wnid));
  if (stranger)
    throw new DatasetError(
      `${path}: the class ${stranger[1]} of ${stranger[0]} is not in ${MAPPING}. ${ANEW}`,
    );
  return {
    from: path,
    classes,
    of: (file) => wnids.get(file.replace(/\.\w+$/, '')),
    digest: digestValue({ classes, wnids: [...wnids] }),
  };
}

const ANEW = 'Get the list anew from Kaggle.';

async function classesOf(root: string): Promise<readonly string[] | undefined> {
  const path = join(root, MAPPING);
  const lines = await linesOf(path);
  return lines
    ?.map((line, i) => {
      const [wnid] = line.split(' ', 1);
      if (wnid !== undefined && isWnid(wnid)) return wnid;
      throw new DatasetError(`${path}:${i + 1} does not begin with a WNID. ${ANEW}`);
    })
    .sort();
}

async function linesOf(path: string): Promise<string[] | undefined> {
  try {
    const lines = (await readFile(path, 'utf8')).split(/\r?\n/);
    return lines.filter((line, i) => line !== '' || i < lines.length - 1);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new DatasetError(`${path} cannot be read: ${String(error)}`, { cause: error });
  }
}
