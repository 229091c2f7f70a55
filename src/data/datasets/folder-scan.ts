/** Image files below a root: those of class folders, or those of one flat folder. */
import type { Dirent } from 'node:fs';
import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DatasetError } from '../dataset.js';
import { entriesBelow, kindOf, orRefuse, realRoot, visible } from './inside-root.js';
import { mapBounded } from './map-bounded.js';

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

export interface Scan {
  /** Sorted by code unit. */
  readonly classes: readonly string[];
  /** Sorted by id. */
  readonly files: readonly ScannedFile[];
}

/**
 * Lists `<root>/<folder>/<class>/…`; the folder is mostly called as the split. Hidden entries and files that are no
 * images are passed over; links are followed inside the root.
 * @param isClass whether a folder is that of a class; by default all are
 * @throws DatasetError for a layout that is another, an empty class, a link that leads outside or nowhere
 */
export async function scanFolder(
  root: string,
  folder: string,
  isClass: (name: string) => boolean = () => true,
): Promise<Scan> {
  const top = await realRoot(root);
  const split = join(top, folder);
  const expected = (found: readonly Dirent[]) =>
    expectedText(join(root, folder, '<class>', '<image>.jpg'), found);
  const entries = await entriesBelow({ top, root, folder }, expected);
  const kinds = await mapBounded(entries, CONCURRENCY, (entry) => kindOf(top, split, entry));
  const classes = entries
    .flatMap(({ name }, i) => (kinds[i] === 'folder' && isClass(name) ? [name] : []))
    .sort();
  if (classes.length === 0) {
    throw new DatasetError(`${join(root, folder)} holds no class folder. ${expected(entries)}`);
  }
  // Fewer at a time: each has a folder open, and its files are asked for below.
  const names = await mapBounded(classes, 8, (name) => imagesBelow(top, join(split, name), []));
  const empty = classes.filter((_, i) => names[i]!.length === 0);
  if (empty.length > 0) {
    throw new DatasetError(
      `${join(root, folder)}: no image in ${empty.length} of ${classes.length} class folders: ${quote(empty)}. ` +
        `Images are files that end in ${IMAGE_ENDINGS.join(', ')}. Remove the folder or add images.`,
    );
  }
  const paths = names.flatMap((below, i) => below.map((path) => ({ className: classes[i]!, path })));
  return { classes, files: await lookAt(paths, split) };
}

/**
 * Lists the images that lie in a folder itself; of `className` each has none.
 * @throws DatasetError if there is no folder or no image in it
 */
export async function scanFlat(root: string, folder: string): Promise<readonly ScannedFile[]> {
  const top = await realRoot(root);
  const path = join(top, folder);
  const expected = (found: readonly Dirent[]) => expectedText(join(root, folder, '<image>.jpg'), found);
  const entries = await entriesBelow({ top, root, folder }, expected);
  const images = entries.filter(({ name }) => isImageName(name));
  const kinds = await mapBounded(images, CONCURRENCY, (entry) => kindOf(top, path, entry));
  const files = images.filter((_, i) => kinds[i] === 'file');
  if (files.length === 0)
    throw new DatasetError(`${join(root, folder)} holds no image. ${expected(entries)}`);
  return lookAt(
    files.map(({ name }) => ({ className: '', path: join(path, name) })),
    path,
  );
}

/** Changes with a name, a size or a time. */
export function fingerprintOf(files: readonly ScannedFile[], ...more: readonly string[]): string {
  const hash = createHash('sha256');
  for (const { id, bytes, mtimeMs } of files) hash.update(`${JSON.stringify([id, bytes, mtimeMs])}\n`);
  for (const one of more) hash.update(`${one}\n`);
  return hash.digest('hex');
}

export function isImageName(name: string): boolean {
  return !name.startsWith('.') && IMAGE_ENDINGS.includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

/** Whether an id is one that {@link scanFolder} could have given: no way up, nothing hidden, an image. */
export function isImageId(id: string): boolean {
  const parts = id.split('/');
  const isPlain = parts.length >= 2 && parts.every((part) => part !== '' && !part.startsWith('.'));
  return isPlain && !id.includes('\0') && (sep === '/' || !id.includes(sep)) && isImageName(parts.at(-1)!);
}

export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** In a message. */
export function quote(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.slice(0, MOST_NAMES).join(', ') + more;
}

async function lookAt(
  paths: readonly { readonly className: string; readonly path: string }[],
  split: string,
): Promise<readonly ScannedFile[]> {
  const files = await mapBounded(paths, CONCURRENCY, async ({ className, path }) => {
    const { size, mtimeMs } = await orRefuse(path, stat(path));
    return { id: relative(split, path).replaceAll(sep, '/'), className, bytes: size, mtimeMs };
  });
  return files.sort(byId);
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

function expectedText(layout: string, found: readonly Dirent[]): string {
  const names = found.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  return `Expected ${layout}; found ${quote(names) || 'nothing'}.`;
}
