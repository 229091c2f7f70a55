/** Unpacks an archive of strangers into a new folder: plain files and folders, within bounds. */
import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError } from '../data/archives/archive-error.js';
import { type ByteReader, FileReader, StreamReader } from '../data/archives/byte-reader.js';
import { gunzipped } from '../data/archives/gunzip.js';
import { shownName } from '../util/shown-name.js';
import { tarMembers } from '../data/archives/tar.js';
import { zipMembers } from '../data/archives/zip.js';

export interface UnpackOptions {
  /** Of all members together. */
  readonly most: { readonly bytes: number; readonly members: number };
  readonly wanted?: (name: string) => boolean;
  /** Told the members that are done, and the bytes. */
  readonly progress?: (members: number, bytes: number) => void;
}

interface Member {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly content: () => AsyncIterable<Uint8Array>;
}

/** Of a tar, read at once. */
const CHUNK = 2 ** 20;

/**
 * @param path of a `.tar`, `.tar.gz`, `.tgz` or `.zip` @param folder absolute, with nothing in it that a stranger made
 * @returns the SHA-256 of each file, by its path in the archive
 * @throws ArchiveError, by archive and member, for what is damaged, leads elsewhere, or is more than it should be
 */
export async function unpack(
  path: string,
  folder: string,
  { most, wanted = () => true, progress = () => undefined }: UnpackOptions,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  let [members, bytes] = [0, 0];
  for await (const member of membersOf(path)) {
    members += 1;
    // Before anything of it is written.
    bytes += member.bytes;
    if (members > most.members || bytes > most.bytes)
      throw new ArchiveError(
        `${path} is refused at its member ${shownName(member.name)}: it holds more than the ${most.members} members and ${most.bytes} bytes that the release can have.`,
      );
    if (!wanted(member.name)) continue;
    const target = join(folder, member.name);
    try {
      if (member.isFolder) await mkdir(target, { recursive: true });
      else {
        await mkdir(dirname(target), { recursive: true });
        digests.set(member.name, await write(target, member));
      }
    } catch (error) {
      // A file stands where the archive has a folder too, or the other way round.
      if (
        error instanceof Error &&
        'code' in error &&
        ['EEXIST', 'ENOTDIR', 'EISDIR'].includes(String(error.code))
      )
        throw new ArchiveError(
          `${path} is refused: its member ${shownName(member.name)} stands where another does.`,
        );
      throw error;
    }
    progress(members, bytes);
  }
  return digests;
}

async function write(path: string, { content }: Member): Promise<string> {
  const hash = createHash('sha256');
  // A name that comes again is another version of the file, the last of which counts.
  const file = await open(path, 'w');
  try {
    for await (const part of content()) {
      hash.update(part);
      await file.writeFile(part);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function* membersOf(path: string): AsyncGenerator<Member, void, undefined> {
  if (path.endsWith('.zip') || path.endsWith('.tar')) {
    const file = await open(path);
    try {
      if (path.endsWith('.zip')) yield* zipMembers(file, path);
      else yield* tarContents(new FileReader(file, 0, (await file.stat()).size), path);
    } finally {
      await file.close();
    }
    return;
  }
  const reader = new StreamReader(gunzipped(path));
  try {
    yield* tarContents(reader, path);
  } finally {
    await reader.close();
  }
}

async function* tarContents(reader: ByteReader, path: string): AsyncGenerator<Member, void, undefined> {
  for await (const { name, isFolder, bytes } of tarMembers(reader, path))
    yield { name, isFolder, bytes, content: () => partsOf(reader, { path, name, bytes }) };
}

async function* partsOf(
  reader: ByteReader,
  { path, name, bytes }: { readonly path: string; readonly name: string; readonly bytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let left = bytes; left > 0;) {
    const part = await reader.read(Math.min(CHUNK, left));
    if (part.length === 0)
      throw new ArchiveError(
        `${path} is cut short within its member ${shownName(name)}, which has ${bytes} bytes.`,
      );
    left -= part.length;
    yield part;
  }
}
