/** What may be read of a folder that the user named: itself and what lies below it; links only where they stay inside. */
import type { Dirent, Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DatasetError, type DatasetSource } from '../dataset.js';

export type FileKind = 'folder' | 'file' | 'other';

/** @throws DatasetError if the spec names none */
export function rootOf({ root, name }: DatasetSource): string {
  if (root === undefined) throw new DatasetError(`The images "${name}" need a root.`);
  return root;
}

/** The root without links. @throws DatasetError if there is no such folder */
export async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch {
    throw new DatasetError(
      `There is no folder ${root}, where the images should be: "root" in the spec's data, or --root, names it.`,
    );
  }
}

/** Whether `path` is `folder` or lies below it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way));
}

/**
 * What stands in a folder below the root, hidden entries aside.
 * @param top the root without links @param expected says what should be there, given what is
 */
export async function entriesBelow(
  { top, root, folder }: { readonly top: string; readonly root: string; readonly folder: string },
  expected: (found: readonly Dirent[]) => string,
): Promise<Dirent[]> {
  const path = join(top, folder);
  let target;
  try {
    target = await realpath(path);
  } catch {
    const found = await visible(top).catch(() => []);
    throw new DatasetError(`There is no folder ${join(root, folder)}. ${expected(found)}`);
  }
  if (!isInside(top, target))
    throw new DatasetError(`${path} is a link that leaves the root ${root}: refused.`);
  return visible(path).catch((error: unknown) => {
    throw new DatasetError(`${join(root, folder)} cannot be listed: ${String(error)}`, { cause: error });
  });
}

export async function visible(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
}

/** @throws DatasetError for a link that leads outside of the root or nowhere */
export async function kindOf(top: string, folder: string, entry: Dirent): Promise<FileKind> {
  if (!entry.isSymbolicLink()) return kindName(entry);
  const path = join(folder, entry.name);
  const target = await orRefuse(path, realpath(path));
  if (!isInside(top, target)) {
    throw new DatasetError(`${path} is a link to ${target}, outside of the root ${top}: refused.`);
  }
  return kindName(await stat(target));
}

function kindName(entry: Dirent | Stats): FileKind {
  return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';
}

export async function orRefuse<T>(path: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw new DatasetError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  });
}

/**
 * An image file below the root.
 * @param path relative to the root, already known to be a plain one @param name of the image in messages
 */
export async function readInside(root: string, path: string, name: string): Promise<Uint8Array> {
  const top = await realRoot(root);
  let target;
  try {
    target = await realpath(join(top, path));
  } catch (error) {
    throw new DatasetError(`${name} does not exist.`, { cause: error });
  }
  if (!isInside(top, target)) throw new DatasetError(`${name} is refused: a link leads outside of the root.`);
  try {
    return await readFile(target);
  } catch (error) {
    throw new DatasetError(`${name} cannot be read: ${String(error)}`, { cause: error });
  }
}
