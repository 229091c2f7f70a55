import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DatasetError, type Split } from '../dataset.js';

/** Endings that are taken for images, lower case: those of the formats that sharp's own build reads. */
export const IMAGE_ENDINGS: readonly string[] = ['avif', 'gif', 'jpeg', 'jpg', 'png', 'tif', 'tiff', 'webp'];

/** Calls to the file system under way at a time. */
const CONCURRENCY = 64;
/** Names quoted in one message. */
const MOST_NAMES = 10;

/** One image file of a split. */
export interface ScannedFile {
  /** Relative to the split's folder, with `/`. */
  readonly id: string;
  readonly className: string;
  readonly bytes: number;
  /** Milliseconds since 1970, with the file system's fractions. */
  readonly mtimeMs: number;
}

type Kind = 'folder' | 'file' | 'other';

export interface Scan {
  /** Sorted by code unit. */
  readonly classes: readonly string[];
  /** Sorted by id. */
  readonly files: readonly ScannedFile[];
}

/**
 * Lists `<root>/<split>/<class>/…`. Hidden entries and files that are no images are passed over; links are
 * followed inside the root.
 * @throws DatasetError for a layout that is another, an empty class, a link that leads outside or nowhere
 */
export async function scanFolder(root: string, split: Split): Promise<Scan> {
  const top = await realRoot(root);
  const folder = join(top, split);
  const entries = await splitEntries(top, root, split);
  const kinds = await mapBounded(entries, CONCURRENCY, (entry) => kindOf(top, folder, entry));
  const classes = entries.flatMap(({ name }, i) => (kinds[i] === 'folder' ? [name] : [])).sort();
  if (classes.length === 0) {
    throw new DatasetError(`${join(root, split)} holds no class folder. ${expected(root, split, entries)}`);
  }
  // Fewer at a time: each has a folder open, and its files are asked for below.
  const names = await mapBounded(classes, 8, (name) => imagesBelow(top, join(folder, name), []));
  const empty = classes.filter((_, i) => names[i]!.length === 0);
  if (empty.length > 0) {
    throw new DatasetError(
      `${join(root, split)}: no image in ${empty.length} of ${classes.length} class folders: ${quote(empty)}. ` +
        `Images are files that end in ${IMAGE_ENDINGS.join(', ')}. Remove the folder or add images.`,
    );
  }
  const paths = names.flatMap((below, i) => below.map((path) => ({ className: classes[i]!, path })));
  const files = await mapBounded(paths, CONCURRENCY, async ({ className, path }) => {
    const { size, mtimeMs } = await orRefuse(path, stat(path));
    return { id: relative(folder, path).replaceAll(sep, '/'), className, bytes: size, mtimeMs };
  });
  files.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { classes, files };
}

/** The root without links. @throws DatasetError if there is no such folder */
export async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch {
    throw new DatasetError(
      `There is no folder ${root}, which the spec names as the root of an image folder.`,
    );
  }
}

/** Whether `path` is `folder` or lies below it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way));
}

export function isImageName(name: string): boolean {
  return !name.startsWith('.') && IMAGE_ENDINGS.includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

async function splitEntries(top: string, root: string, split: Split): Promise<Dirent[]> {
  const folder = join(top, split);
  let target;
  try {
    target = await realpath(folder);
  } catch {
    const found = await visible(top).catch(() => []);
    throw new DatasetError(`There is no folder ${join(root, split)}. ${expected(root, split, found)}`);
  }
  if (!isInside(top, target))
    throw new DatasetError(`${folder} is a link that leaves the root ${root}: refused.`);
  return visible(folder).catch((error: unknown) => {
    throw new DatasetError(`${join(root, split)} cannot be listed: ${String(error)}`, { cause: error });
  });
}

/** Absolute paths of the images in a class folder and the folders below it. `chain`: real paths of its parents. */
async function imagesBelow(top: string, folder: string, chain: readonly string[]): Promise<string[]> {
  const real = await realpath(folder);
  if (chain.includes(real))
    throw new DatasetError(`${folder} is a link to a folder that it lies in: refused.`);
  const images: string[] = [];
  for (const entry of await visible(folder)) {
    const path = join(folder, entry.name);
    const kind = await kindOf(top, folder, entry);
    if (kind === 'folder') images.push(...(await imagesBelow(top, path, [...chain, real])));
    else if (kind === 'file' && isImageName(entry.name)) images.push(path);
  }
  return images;
}

/** @throws DatasetError for a link that leads outside of the root or nowhere */
async function kindOf(top: string, folder: string, entry: Dirent): Promise<Kind> {
  if (!entry.isSymbolicLink()) return kindName(entry);
  const path = join(folder, entry.name);
  const target = await orRefuse(path, realpath(path));
  if (!isInside(top, target)) {
    throw new DatasetError(`${path} is a link to ${target}, outside of the root ${top}: refused.`);
  }
  return kindName(await stat(target));
}

function kindName(entry: Dirent | Stats): Kind {
  return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';
}

async function orRefuse<T>(path: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw new DatasetError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  });
}

async function visible(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
}

function expected(root: string, split: Split, found: readonly Dirent[]): string {
  const names = found.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  return `Expected ${join(root, split, '<class>', '<image>.jpg')}; found ${quote(names) || 'nothing'}.`;
}

function quote(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.slice(0, MOST_NAMES).join(', ') + more;
}

/** Like `Promise.all(items.map(work))` with at most `limit` at a time. */
async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const takeAll = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeAll));
  return results;
}
