import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestValue } from '../../util/digest.js';
import { nameProblem, plainName } from '../archives/member-name.js';
import { type CsvRow, parseCsv } from '../csv.js';
import { Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../dataset.js';
import { byId, fingerprintOf } from './folder-scan.js';
import { isInside, readInside, realRoot, rootOf } from './inside-root.js';
import { mapBounded } from './map-bounded.js';

/** Calls to the file system under way at a time. */
const CONCURRENCY = 64;
/** Of a list; a string of V8's has at most twice as many. */
const MOST_BYTES = 256 * 2 ** 20;

/** Above the largest set that is trained on here; each takes some 300 bytes of memory. */
const MOST_IMAGES = 3_000_000;

/** A row of the list. */
interface Listed {
  /** Of the file, from 1. */
  readonly line: number;
  /** Below the root, with `/`. */
  readonly path: string;
  readonly label: string;
}

/**
 * Images by lists: `train.csv` and `val.csv` in the root, with a header that names the columns `path` and `label`;
 * others are passed over. Paths are relative to the root and are the ids. Classes are the labels of the list, sorted:
 * by number where all are whole numbers, else by code unit.
 */
export class CsvList extends Dataset {
  override readonly kind = 'csv';

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    const root = rootOf(source);
    const listed = await readList(root, split);
    const files = await look(root, listed, split);
    return fingerprintOf(files, digestValue(listed.map(({ path, label }) => [path, label])));
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    const root = rootOf(source);
    const listed = await readList(root, split);
    const classes = sortedLabels(listed.map(({ label }) => label));
    const labels = new Map(classes.map((name, label) => [name, label]));
    const files = await look(root, listed, split);
    const images = files.map(({ id, className, bytes }) => ({ id, label: labels.get(className)!, bytes }));
    return { classes, images: images.sort(byId) };
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const root = rootOf(source);
    const name = `Image ${JSON.stringify(id)} of ${split} in ${root}`;
    if (pathProblem(id) !== undefined || id !== plainName(id))
      throw new DatasetError(`${name} is refused: not the path of an image below the root.`);
    return readInside(root, id, name);
  }
}

/** @throws DatasetError by line for whatever is wrong with the list */
async function readList(root: string, split: Split): Promise<readonly Listed[]> {
  const file = join(await realRoot(root), `${split}.csv`);
  const rows = rowsOf(await textOf(file), file);
  const { value: header } = rows.next();
  const [pathAt, labelAt] = ['path', 'label'].map(
    (name) => header?.fields.findIndex((field) => field.trim() === name) ?? -1,
  ) as [number, number];
  if (pathAt < 0 || labelAt < 0)
    throw new DatasetError(
      `${file}:1 must name the columns, "path" and "label" among them, e.g. path,label; it is ${JSON.stringify((header?.fields.join(',') ?? '').slice(0, 80))}.`,
    );
  const listed: Listed[] = [];
  const lines = new Map<string, number>();
  for (const { line, fields } of rows) {
    const at = `${file}:${line}`;
    if (listed.length === MOST_IMAGES)
      throw new DatasetError(`${at}: a list may name ${MOST_IMAGES} images, and this one has more.`);
    const [written = '', label = ''] = [fields[pathAt], fields[labelAt]?.trim()];
    const path = plainName(written);
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new DatasetError(
        `${at}: the path ${JSON.stringify(written.slice(0, 100))} ${problem}. Paths are relative to ${root}, with "/".`,
      );
    if (label === '') throw new DatasetError(`${at} has no label for ${path}.`);
    const before = lines.get(path);
    if (before !== undefined)
      throw new DatasetError(`${at} lists ${path} again, after line ${before}. Remove one of the two.`);
    lines.set(path, line);
    listed.push({ line, path, label });
  }
  if (listed.length === 0) throw new DatasetError(`${file} lists no image.`);
  return listed;
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES)
      throw new DatasetError(
        `${file} has ${size} bytes, more than the ${MOST_BYTES} of the longest list that is read.`,
      );
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(
      `${file} cannot be read: ${String(error)} It lists the images: a header path,label and a line for each.`,
      { cause: error },
    );
  }
}

/** One after another, so that a wrong line ends it before the rest is in memory. */
function* rowsOf(text: string, file: string): Generator<CsvRow, undefined, undefined> {
  for (const row of parseCsv(text)) {
    if ('wrongAt' in row)
      throw new DatasetError(
        `${file}:${row.wrongAt} has a quote that is never closed, text beside one, or too many columns.`,
      );
    yield row;
  }
  return undefined;
}

function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.split('/').some((part) => part.startsWith('.') && part !== '..')) return 'is hidden';
  return nameProblem(path);
}

/** Each file is there, and below the root. */
async function look(root: string, listed: readonly Listed[], split: Split) {
  const top = await realRoot(root);
  return mapBounded(listed, CONCURRENCY, async ({ line, path, label }) => {
    const at = `${join(root, `${split}.csv`)}:${line}`;
    let target;
    let found;
    try {
      target = await realpath(join(top, path));
      found = await stat(target);
    } catch (error) {
      throw new DatasetError(`${at}: there is no ${path} in ${root}.`, { cause: error });
    }
    if (!isInside(top, target))
      throw new DatasetError(`${at}: ${path} is a link that leads outside of the root: refused.`);
    if (!found.isFile()) throw new DatasetError(`${at}: ${path} is no file.`);
    return { id: path, className: label, bytes: found.size, mtimeMs: found.mtimeMs };
  });
}

function sortedLabels(labels: readonly string[]): readonly string[] {
  const names = [...new Set(labels)];
  const areNumbers = names.every((name) => /^(0|[1-9]\d{0,14})$/.test(name));
  return areNumbers ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}
