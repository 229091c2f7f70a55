/** Writes files that come in parts: where one fails, none of them is left. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Part } from '../nn/export/export-format.js';
import { NodeDisk } from '../util/node-disk.js';

/**
 * @param folder absolute; made where it is not there
 * @param stale names of files that are to be gone, where they are not written anew
 * @returns the names of the files, in their order, and bytes of them all
 */
export async function writeFiles(
  folder: string,
  parts: AsyncIterable<Part>,
  stale: (name: string) => boolean,
): Promise<{ readonly files: readonly string[]; readonly bytes: number }> {
  const made = await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `.stagecraft-${randomUUID().slice(0, 8)}`);
  try {
    await mkdir(unfinished);
    const written = await writeParts(unfinished, parts);
    // The first names the others, so it comes last.
    for (const file of written.files.toReversed()) await rename(join(unfinished, file), join(folder, file));
    for (const name of await readdir(folder))
      if (stale(name) && !written.files.includes(name)) await rm(join(folder, name));
    await rm(unfinished, { recursive: true });
    await new NodeDisk().syncDirectory(folder);
    return written;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    await removeEmpty(folder, made);
    throw error;
  }
}

/** The folders that were made, from the innermost to the first; what somebody else has put there meanwhile stays. */
async function removeEmpty(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined) return;
  for (let path = folder; path.startsWith(first); path = dirname(path))
    try {
      await rmdir(path);
    } catch {
      return;
    }
}

async function writeParts(folder: string, parts: AsyncIterable<Part>) {
  const files: string[] = [];
  let bytes = 0;
  let handle: FileHandle | undefined;
  const finish = async () => {
    await handle?.sync();
    await handle?.close();
    handle = undefined;
  };
  try {
    for await (const part of parts) {
      if (files.at(-1) !== part.file) {
        await finish();
        handle = await open(join(folder, part.file), 'wx');
        files.push(part.file);
      }
      await handle!.writeFile(part.bytes);
      bytes += part.bytes.length;
    }
    await finish();
  } finally {
    await handle?.close();
  }
  return { files, bytes };
}
