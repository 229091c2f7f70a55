/** Tars that stay packed: where each member lies in the file, and its bytes by one read. */
import { open } from 'node:fs/promises';
import { ArchiveError } from './archive-error.js';
import { FileReader, StreamReader } from './byte-reader.js';
import { gunzipped } from './gunzip.js';
import { tarMembers, type TarMember } from './tar.js';

/** A range of a file, in bytes. */
export interface Range {
  readonly at: number;
  readonly bytes: number;
}

/** Files of an uncompressed tar; `at` is from the beginning of the file. @param part of the file that is the tar */
export async function tarFiles(path: string, part?: Range, archive = path): Promise<readonly TarMember[]> {
  const file = await open(path);
  try {
    const { at, bytes } = part ?? { at: 0, bytes: (await file.stat()).size };
    const members: TarMember[] = [];
    for await (const member of tarMembers(new FileReader(file, at, bytes), archive))
      if (!member.isFolder) members.push({ ...member, at: at + member.at });
    return members;
  } finally {
    await file.close();
  }
}

/** @throws ArchiveError if the file ends before */
export async function readRange(path: string, { at, bytes }: Range): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const content = await new FileReader(file, at, bytes).read(bytes);
    if (content.length < bytes)
      throw new ArchiveError(`${path} is cut short: ${bytes} bytes from byte ${at} are not there.`);
    return content;
  } finally {
    await file.close();
  }
}

/**
 * Small files of a tar.gz, by name; what else it holds is passed over.
 * @param most bytes of all of it when unpacked
 * @throws ArchiveError if it cannot be unpacked or is larger
 */
export async function readPacked(
  path: string,
  wanted: (name: string) => boolean,
  most: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const reader = new StreamReader(bounded(path, most));
  try {
    for await (const { name, isFolder, bytes } of tarMembers(reader, path)) {
      if (reader.position + bytes > most) throw tooLarge(path, most);
      if (!isFolder && wanted(name)) found.set(name, await reader.read(bytes));
    }
    return found;
  } finally {
    await reader.close();
  }
}

async function* bounded(path: string, most: number): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0;
  for await (const part of gunzipped(path)) {
    total += part.length;
    if (total > most) throw tooLarge(path, most);
    yield part;
  }
}

function tooLarge(path: string, most: number): ArchiveError {
  return new ArchiveError(
    `${path} is refused: unpacked it is larger than ${most} bytes, far more than it should be.`,
  );
}
