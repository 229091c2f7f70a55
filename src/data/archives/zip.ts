/**
 * The members of a zip (PKWARE's APPNOTE 6.3, with its 64-bit sizes), stored or deflated. As of tars, only plain files
 * and folders with plain names are taken; members may not overlap, which is how a small zip can unpack to anything.
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { ArchiveError } from './archive-error.js';
import { nameProblem, plainName, shownName } from './member-name.js';
import { readDirectory, type ZipEntry } from './zip-directory.js';

export interface ZipMember {
  readonly name: string;
  readonly isFolder: boolean;
  /** Unpacked. */
  readonly bytes: number;
  /** @throws ArchiveError unless there are so many bytes, with the checksum that the zip gives */
  readonly content: () => AsyncGenerator<Uint8Array, void, undefined>;
}

const [STORED, DEFLATED] = [0, 8];
/** Read from the file at once. */
const CHUNK = 2 ** 16;
const LOCAL_BYTES = 30;

/** @param archive its name in messages @throws ArchiveError for whatever is no zip of plain files and folders */
export async function* zipMembers(
  file: FileHandle,
  archive: string,
): AsyncGenerator<ZipMember, void, undefined> {
  const { entries, end } = await readDirectory(file, archive);
  const byPlace = [...entries].sort((a, b) => a.at - b.at);
  const limits = new Map(byPlace.map((entry, i) => [entry, byPlace[i + 1]?.at ?? end]));
  for (const entry of entries) {
    const shown = shownName(entry.name);
    const isFolder = entry.name.endsWith('/');
    const name = plainName(entry.name);
    const problem = kindProblem(entry) ?? (name === '' && isFolder ? undefined : nameProblem(name));
    if (problem !== undefined)
      throw new ArchiveError(`${archive} is refused: its member ${shown} ${problem}.`);
    if (isFolder && entry.bytes > 0)
      throw new ArchiveError(`${archive} is damaged: its member ${shown} is a folder with content.`);
    const limit = limits.get(entry)!;
    if (entry.at + LOCAL_BYTES + entry.packedBytes > limit)
      throw new ArchiveError(`${archive} is refused: its member ${shown} overlaps another or the end.`);
    const context = { file, archive, limit };
    if (name !== '') yield { name, isFolder, bytes: entry.bytes, content: () => contentOf(entry, context) };
  }
}

function kindProblem({ method, isEncrypted, mode }: ZipEntry): string | undefined {
  if (isEncrypted) return 'is encrypted';
  if (method !== STORED && method !== DEFLATED) return `is packed by method ${method}, which is not known`;
  // The kind of a file under Unix; 0 where the zip was made elsewhere.
  const kind = mode >>> 12;
  if (kind === 0o12) return 'is a symbolic link';
  return kind === 0 || kind === 0o10 || kind === 0o4 ? undefined : 'is neither file nor folder';
}

interface Context {
  readonly file: FileHandle;
  readonly archive: string;
  /** Where the next member begins. */
  readonly limit: number;
}

async function* contentOf(
  entry: ZipEntry,
  { file, archive, limit }: Context,
): AsyncGenerator<Uint8Array, void, undefined> {
  const damaged = (what: string, cause?: unknown) =>
    new ArchiveError(`${archive} is damaged: its member ${shownName(entry.name)} ${what}.`, { cause });
  const header = Buffer.alloc(LOCAL_BYTES);
  await file.read(header, 0, LOCAL_BYTES, entry.at);
  if (header.readUInt32LE(0) !== 0x04034b50) throw damaged('does not begin where the directory says');
  const start = entry.at + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.packedBytes > limit) throw damaged('overlaps another or the end');
  const packed = rangeOf(file, start, entry.packedBytes);
  let [bytes, crc] = [0, 0];
  try {
    for await (const part of entry.method === STORED ? packed : inflated(packed)) {
      bytes += part.length;
      if (bytes > entry.bytes) throw damaged(`has more than the ${entry.bytes} bytes that it says`);
      crc = crc32(part, crc);
      yield part;
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw damaged(`cannot be unpacked (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (bytes < entry.bytes) throw damaged(`has ${bytes} bytes, not the ${entry.bytes} that it says`);
  if (crc !== entry.crc) throw damaged('has another checksum than it says');
}

async function* inflated(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(packed);
  const inflate = createInflateRaw();
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  try {
    yield* inflate as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

async function* rangeOf(
  file: FileHandle,
  start: number,
  bytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes;) {
    const room = Buffer.alloc(Math.min(CHUNK, bytes - at));
    const { bytesRead } = await file.read(room, 0, room.length, start + at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield room.subarray(0, bytesRead);
  }
}
