/** Weights that Keras saved as HDF5: `save_weights` of all versions, and whole models. */
import * as hdf5 from 'h5wasm';
import { FormatError } from '../../util/safetensors.js';
import { shownName } from '../../util/shown-name.js';
import { UserError } from '../../util/user-error.js';
import { contiguous, type StoredArray } from './array-view.js';
import { checkTexts } from './hdf5-heaps.js';
import type { RandomAccess } from './random-access.js';
import type { FileLayer } from './weights-file.js';

/** In the file system of the library's own memory: from there no link of a file leads to another file. */
const FILE = '/weights.h5';

/** A net's layers lie two to four groups deep; deeper ones are links that lead back. */
const MOST_DEPTH = 5;
const MOST_OBJECTS = 5000;

/** The file is read whole; the largest net takes 0.6 GB, twice that with an optimiser's state. */
const MOST_BYTES = 2 ** 31 - 1;

/** Numbers that pass through the library's memory at once. */
const MOST_AT_ONCE = 2 ** 24;

/** @throws FormatError, UserError */
export async function kerasLayers(
  file: RandomAccess,
): Promise<{ readonly layers: readonly FileLayer[]; readonly close: () => void }> {
  if (file.size > MOST_BYTES)
    throw new FormatError(`hdf5: ${file.size} bytes; of these nets none takes ${MOST_BYTES}`);
  const ends = endOf(Buffer.from(await file.read(0, Math.min(64, file.size))));
  if (ends > file.size)
    throw new FormatError(`hdf5: cut short: it should have ${ends} bytes, and ${file.size} are there`);
  const { FS } = await hdf5.ready;
  const bytes = await file.read(0, file.size);
  checkTexts(bytes);
  FS.writeFile(FILE, bytes, { canOwn: true } as never);
  let opened: hdf5.File;
  try {
    opened = new hdf5.File(FILE, 'r');
  } catch (error) {
    FS.unlink(FILE);
    throw new FormatError('hdf5: the file is cut short or damaged', { cause: error });
  }
  const close = () => {
    opened.close();
    FS.unlink(FILE);
  };
  try {
    const groups = findLayers(opened);
    const order = layerNames(opened);
    return { layers: inOrder(groups, order).map(fileLayer), close };
  } catch (error) {
    close();
    throw asFormat(error);
  }
}

/** Where the file ends by its superblock (HDF5 File Format Specification, II.A), with addresses of 8 bytes; 0 if it says nothing. */
function endOf(head: Buffer): number {
  const version = head[8];
  const [sizeAt, endAt] = version === 0 || version === 1 ? [13, version === 0 ? 40 : 44] : [9, 28];
  if (version === undefined || version > 3 || head[sizeAt] !== 8 || head.length < endAt + 8) return 0;
  return Number(head.readBigUInt64LE(endAt));
}

/** What the library throws is about the file. */
function asFormat(error: unknown): Error {
  return error instanceof UserError ? error : new FormatError(`hdf5: ${String(error)}`, { cause: error });
}

interface LayerGroup {
  readonly path: string;
  readonly arrays: readonly { readonly name: string; readonly dataset: hdf5.Dataset }[];
}

/** Groups that hold arrays. */
function findLayers(root: hdf5.Group): readonly LayerGroup[] {
  const found: LayerGroup[] = [];
  let objects = 0;
  const look = (group: hdf5.Group, path: string, depth: number): void => {
    const arrays: { name: string; dataset: hdf5.Dataset }[] = [];
    for (const name of group.keys()) {
      if (++objects > MOST_OBJECTS) throw new FormatError(`hdf5: more than ${MOST_OBJECTS} objects`);
      const entity = group.get(name);
      if (entity instanceof hdf5.ExternalLink)
        throw new FormatError(`hdf5: ${shownName(`${path}/${name}`)} leads to another file`);
      if (entity instanceof hdf5.Dataset) arrays.push({ name, dataset: entity });
      else if (entity instanceof hdf5.Group && depth < MOST_DEPTH && !isOptimiser(name))
        look(entity, `${path}/${name}`, depth + 1);
    }
    const numbers = arrays.filter(({ dataset }) => (dataset.shape?.length ?? 0) > 0);
    if (numbers.length > 0) found.push({ path, arrays: numbers });
  };
  look(root, '', 0);
  return found;
}

/** What a training adds to a saved model. */
function isOptimiser(name: string): boolean {
  return name === 'optimizer_weights' || name === 'optimizer';
}

function layerNames(file: hdf5.File): readonly string[] | undefined {
  for (const group of [file, file.get('model_weights')])
    if (group instanceof hdf5.Group && group.attrs['layer_names']) {
      const { value } = group.attrs['layer_names'];
      if (Array.isArray(value)) return value.map(String);
    }
  return undefined;
}

/** As the net has them; by name, where the file does not say: conv2d, conv2d_1, ..., dense, dense_1. */
function inOrder(groups: readonly LayerGroup[], order: readonly string[] | undefined): readonly LayerGroup[] {
  const place = ({ path }: LayerGroup) => {
    const at = order?.findIndex((name) => path.split('/').includes(name)) ?? 0;
    return at < 0 ? Infinity : at;
  };
  return [...groups].sort((a, b) => place(a) - place(b) || compareNames(a.path, b.path));
}

/** Part by part, so that "conv2d/vars" stands before "conv2d_1/vars". */
function compareNames(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? 0 : left[at]!.localeCompare(right[at] ?? '', 'en', { numeric: true });
}

function fileLayer({ path, arrays }: LayerGroup): FileLayer {
  const name = path
    .split('/')
    .filter((part) => part !== 'vars' && part !== 'layers' && part !== 'model_weights')[1];
  const called = name ?? path;
  const weight = arrays.find(({ dataset }) => dataset.shape!.length > 1);
  const bias = arrays.find(({ dataset }) => dataset.shape!.length === 1);
  if (!weight || !bias || arrays.length !== 2)
    throw new UserError(
      `Its layer ${shownName(called)} has ${arrays.length} arrays, not weights and a bias, so it is none of these nets'.`,
    );
  const axes = weight.dataset.shape!.length;
  if (axes !== 2 && axes !== 4)
    throw new UserError(
      `The weights of its layer ${shownName(called)} have ${axes} axes, as no such layer has them.`,
    );
  return {
    name: called,
    is: axes === 4 ? 'conv' : 'fc',
    weight: stored(`${called}.kernel`, weight.dataset),
    bias: stored(`${called}.bias`, bias.dataset),
  };
}

function stored(name: string, dataset: hdf5.Dataset): StoredArray {
  const shape = dataset.shape!;
  return {
    ...{ name, fileShape: shape, ...contiguous(shape) },
    read: () =>
      new Promise((resolve, reject) => {
        try {
          resolve(readAll(name, dataset, shape));
        } catch (error) {
          reject(asFormat(error));
        }
      }),
  };
}

/** In slices, so that the largest array does not stand in the library's memory as well. */
function readAll(name: string, dataset: hdf5.Dataset, shape: readonly number[]): Float32Array {
  // A little of what is compressed may be more than there is memory.
  if (dataset.filters.length > 0)
    throw new FormatError(
      `hdf5: ${shownName(name)} is compressed, which Keras does not do. Save it without compression.`,
    );
  const row = shape.slice(1).reduce((a, b) => a * b, 1);
  const numbers = new Float32Array(row * shape[0]!);
  const rows = Math.max(1, Math.floor(MOST_AT_ONCE / row));
  for (let first = 0; first < shape[0]!; first += rows) {
    const ranges = shape.map((size, axis): [number, number] =>
      axis === 0 ? [first, Math.min(size, first + rows)] : [0, size],
    );
    const part: unknown = dataset.slice(ranges);
    if (!(part instanceof Float32Array) && !(part instanceof Float64Array))
      throw new FormatError(
        `hdf5: ${shownName(name)} holds numbers of the type ${shownName(JSON.stringify(dataset.dtype))}, which no weights are`,
      );
    numbers.set(part, first * row);
  }
  return numbers;
}
