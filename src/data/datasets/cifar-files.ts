/** The binary versions of CIFAR-10 and CIFAR-100, as their pages describe them: records of labels and 3,072 pixels. */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../util/disk.js';
import { FileReader } from '../archives/byte-reader.js';
import { readRange } from '../archives/tar-file.js';
import { DatasetError, type Split } from '../dataset.js';
import { realRoot } from './inside-root.js';

/** Px. */
export const SIDE = 32;
const PLANE_BYTES = SIDE * SIDE;

export interface CifarForm {
  readonly name: 'CIFAR-10' | 'CIFAR-100';
  readonly files: Readonly<Record<Split, readonly string[]>>;
  /** One name a line. */
  readonly namesFile: string;
  /** Before the pixels of a record. */
  readonly labelBytes: number;
  /** Which of those bytes is the label. */
  readonly labelAt: number;
}

const CIFAR_10: CifarForm = {
  name: 'CIFAR-10',
  files: { train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`), val: ['test_batch.bin'] },
  namesFile: 'batches.meta.txt',
  labelBytes: 1,
  labelAt: 0,
};

const CIFAR_100 = (labels: 'fine' | 'coarse'): CifarForm => ({
  name: 'CIFAR-100',
  files: { train: ['train.bin'], val: ['test.bin'] },
  namesFile: `${labels}_label_names.txt`,
  // The superclass comes first.
  labelBytes: 2,
  labelAt: labels === 'coarse' ? 0 : 1,
});

/** By which of the two there is. @param root absolute @throws DatasetError if there is neither */
export async function cifarForm(root: string, labels: 'fine' | 'coarse'): Promise<CifarForm> {
  const top = await realRoot(root);
  for (const form of [CIFAR_10, CIFAR_100(labels)])
    if (await exists(join(top, form.files.val[0]!))) return form;
  throw new DatasetError(
    `${root} holds neither test_batch.bin of CIFAR-10 nor test.bin of CIFAR-100: the binary versions are read, e.g. cifar-10-binary.tar.gz unpacked.`,
  );
}

/** In label order. @throws DatasetError if there are none */
export async function cifarNames(root: string, { namesFile }: CifarForm): Promise<readonly string[]> {
  const path = join(root, namesFile);
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = isMissing(error) ? 'is not there' : `cannot be read: ${String(error)}`;
    throw new DatasetError(`${path}, which names the classes, ${why}.`, { cause: error });
  }
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  // They stand in ids, which are paths where images are exported.
  const wrong = names.find((name) => !/^[A-Za-z0-9][\w -]*$/.test(name));
  if (names.length === 0 || wrong !== undefined || new Set(names).size < names.length)
    throw new DatasetError(`${path} must name each class once, a plain word a line. Get the set anew.`);
  return names;
}

/** Records of a file. @throws DatasetError if there is none, or its length is not that of whole records */
export async function recordsIn(
  root: string,
  file: string,
  { labelBytes, name }: CifarForm,
): Promise<number> {
  const path = join(root, file);
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      const why = isMissing(error) ? 'is not there. Get the set anew' : `cannot be read: ${String(error)}`;
      throw new DatasetError(`${path} of ${name} ${why}.`, { cause: error });
    },
  );
  const record = labelBytes + 3 * PLANE_BYTES;
  if (size === 0 || size % record !== 0)
    throw new DatasetError(
      `${path} has ${size} bytes, which are not whole records of ${record} bytes: it is cut short, or no file of ${name}. Get the set anew.`,
    );
  return size / record;
}

/** Records read at once. */
const CHUNK = 1024;

/** The label of each record. */
export async function labelsIn(root: string, file: string, form: CifarForm): Promise<readonly number[]> {
  const records = await recordsIn(root, file, form);
  const record = form.labelBytes + 3 * PLANE_BYTES;
  const handle = await open(join(root, file));
  try {
    const reader = new FileReader(handle, 0, records * record);
    const labels: number[] = [];
    for (let first = 0; first < records; first += CHUNK) {
      const bytes = await reader.read(CHUNK * record);
      for (let at = form.labelAt; at < bytes.length; at += record) labels.push(bytes[at]!);
    }
    return labels;
  } finally {
    await handle.close();
  }
}

/** @param index of a record that is there, from 0 */
export async function readRecord(
  path: string,
  index: number,
  { labelBytes, labelAt }: CifarForm,
): Promise<{ readonly label: number; readonly planes: Uint8Array }> {
  const bytes = labelBytes + 3 * PLANE_BYTES;
  const record = await readRange(path, { at: index * bytes, bytes });
  return { label: record[labelAt]!, planes: record.subarray(labelBytes) };
}

/** From planes of red, green and blue to pixels. */
export function interleaved(planes: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: planes.length },
    (_, i) => planes[(i % 3) * PLANE_BYTES + Math.floor(i / 3)]!,
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw new DatasetError(`${path} cannot be read: ${String(error)}`, { cause: error });
  }
}
