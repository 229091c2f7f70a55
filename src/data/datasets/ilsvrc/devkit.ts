/**
 * The devkit of ILSVRC-2012 (`ILSVRC2012_devkit_t12`): line n of the ground truth is the ILSVRC2012_ID, from 1 to 1000,
 * of validation image n, and `meta.mat` says which WNID has which ID. That order is another than that of the sorted
 * WNIDs, in which nets have their classes. The list of 1,762 images that the devkit sets aside concerns localisation
 * only, and is not looked at.
 */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestValue } from '../../../util/digest.js';
import { readPacked } from '../../archives/tar-file.js';
import { DatasetError } from '../../dataset.js';
import { isWnid, type ValLabels } from './labels.js';
import { type MatValue, readMat } from './mat-file.js';

const FOLDER = 'ILSVRC2012_devkit_t12';
const META = 'meta.mat';
const TRUTH = 'ILSVRC2012_validation_ground_truth.txt';
/** Of the whole devkit, unpacked: the official one has some 11 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/** Undefined where there is no devkit. @param root absolute @throws DatasetError, ArchiveError if it is damaged */
export async function readDevkit(root: string): Promise<ValLabels | undefined> {
  const folder = join(root, FOLDER, 'data');
  if (await exists(join(folder, TRUTH))) {
    const meta = join(folder, META);
    if (!(await exists(meta)))
      throw new DatasetError(
        `There is no ${meta}, which says which class each number in ${TRUTH} is. ${ANEW}`,
      );
    return labelsOf(await readFile(meta), await readFile(join(folder, TRUTH)), folder);
  }
  const packed = join(root, `${FOLDER}.tar.gz`);
  if (!(await exists(packed))) return undefined;
  const files = await readPacked(
    packed,
    (name) => name.endsWith(`data/${META}`) || name.endsWith(`data/${TRUTH}`),
    MOST_BYTES,
  );
  const find = (end: string) => [...files].find(([name]) => name.endsWith(end))?.[1];
  const [meta, truth] = [find(META), find(TRUTH)];
  if (!meta || !truth) throw new DatasetError(`${packed} holds no data/${meta ? TRUTH : META}. ${ANEW}`);
  return labelsOf(meta, truth, packed);
}

const ANEW = `Get ${FOLDER}.tar.gz anew from image-net.org.`;

function labelsOf(meta: Uint8Array, truth: Uint8Array, from: string): ValLabels {
  const byId = wnidsById(readMat(meta, join(from, META)), join(from, META));
  const lines = Buffer.from(truth).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const wnids = lines.map((line, i) => {
    const wnid = /^\d{1,4}\s*$/.test(line) ? byId[Number(line) - 1] : undefined;
    if (wnid === undefined)
      throw new DatasetError(
        `${join(from, TRUTH)}:${i + 1} is ${JSON.stringify(line.slice(0, 40))}, but must be a number from 1 to ${byId.length}. ${ANEW}`,
      );
    return wnid;
  });
  return {
    from,
    classes: [...byId].sort(),
    byId,
    of: (file) => {
      const number = /^ILSVRC2012_val_(\d{8})\.\w+$/.exec(file)?.[1];
      return number === undefined ? undefined : wnids[Number(number) - 1];
    },
    digest: digestValue({ byId, wnids }),
  };
}

/** Of the synsets without children, which are the classes. */
function wnidsById(variables: ReadonlyMap<string, MatValue>, file: string): readonly string[] {
  const synsets = variables.get('synsets');
  if (synsets?.kind !== 'structs') throw new DatasetError(`${file} holds no structs "synsets". ${ANEW}`);
  const found: string[] = [];
  for (const [i, synset] of synsets.structs.entries()) {
    const id = numberIn(synset.get('ILSVRC2012_ID'));
    const wnid = synset.get('WNID');
    if (id === undefined || wnid?.kind !== 'text' || !isWnid(wnid.text))
      throw new DatasetError(`${file}: synset ${i + 1} has no ILSVRC2012_ID with a WNID. ${ANEW}`);
    if ((numberIn(synset.get('num_children')) ?? 0) > 0) continue;
    if (!Number.isInteger(id) || id < 1 || id > synsets.structs.length || found[id - 1] !== undefined)
      throw new DatasetError(
        `${file}: the ILSVRC2012_ID ${id} of ${wnid.text} is no number of its own. ${ANEW}`,
      );
    found[id - 1] = wnid.text;
  }
  // Classes have the first numbers, the synsets above them the rest.
  const gap = Array.from(found).indexOf(undefined as unknown as string);
  if (found.length === 0 || gap >= 0 || new Set(found).size < found.length)
    throw new DatasetError(`${file}: the classes are not numbered from 1 on, each WNID once. ${ANEW}`);
  return found;
}

function numberIn(value: MatValue | undefined): number | undefined {
  return value?.kind === 'numbers' ? value.numbers[0] : undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
