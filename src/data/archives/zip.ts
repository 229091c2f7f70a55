/**
 * The members of a zip, stored or deflated. As of tars, only plain files and folders with plain names are taken; members
 * may not overlap, which is how a small zip can unpack to anything.
 */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { ArchiveError } from './archive-error.js';
import { shownName } from '../../util/shown-name.js';
import { nameProblem, plainName } from './member-name.js';

export interface ZipMember {
  readonly name: string;
  readonly isFolder: boolean;
  /** Unpacked. */
  readonly bytes: number;
  /** @throws ArchiveError unless there are so many bytes, with the checksum that the zip gives */
  readonly content: () => AsyncGenerator<Uint8Array, void, undefined>;
}

const [STORED, DEFLATED] = [0, 8];
const LOCAL_BYTES = 30;
const UNIX = 3;
/** Above the largest of image sets, one a file. */
const MOST_MEMBERS = 2_000_000;

/** @param archive its name in messages @throws ArchiveError for whatever is no zip of plain files and folders */
export async function* zipMembers(
  file: FileHandle,
  archive: string,
): AsyncGenerator<ZipMember, void, undefined> {
  // Names are looked at here, since yauzl has other words for what is wrong with them.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
  const zip = await readable(archive, () => fromFdPromise(file.fd, options));
  const entries = await readable(archive, () => entriesOf(zip));
  refuseOverlaps(entries, archive, (await file.stat()).size);
  for (const entry of entries) {
    const written = nameOf(entry);
    const isFolder = written.endsWith('/');
    const name = plainName(written);
    const problem = kindProblem(entry) ?? (name === '' && isFolder ? undefined : nameProblem(name));
    if (problem !== undefined)
      throw new ArchiveError(`${archive} is refused: its member ${shownName(written)} ${problem}.`);
    const bytes = entry.uncompressedSize;
    if (isFolder && bytes > 0)
      throw new ArchiveError(
        `${archive} is damaged: its member ${shownName(written)} is a folder with content.`,
      );
    if (name !== '') yield { name, isFolder, bytes, content: () => contentOf(zip, entry, archive) };
  }
}

async function entriesOf(zip: ZipFile): Promise<readonly Entry[]> {
  if (zip.entryCount > MOST_MEMBERS) throw new Error(`it says that it has ${zip.entryCount} members`);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

/** What yauzl throws is about the archive; what the disk throws has a code. */
async function readable<T>(archive: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || ('code' in error && error.code !== undefined)) throw error;
    throw new ArchiveError(`${archive} is no zip, cut short or damaged: ${error.message}.`, { cause: error });
  }
}

function refuseOverlaps(entries: readonly Entry[], archive: string, fileBytes: number): void {
  const byPlace = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const [i, entry] of byPlace.entries()) {
    const limit = byPlace[i + 1]?.relativeOffsetOfLocalHeader ?? fileBytes;
    if (entry.relativeOffsetOfLocalHeader + LOCAL_BYTES + entry.compressedSize > limit)
      throw new ArchiveError(
        `${archive} is refused: its member ${shownName(nameOf(entry))} overlaps another or the end.`,
      );
  }
}

/** With `decodeStrings: false` it is a buffer, which the types do not say. */
function nameOf({ fileName }: Entry): string {
  return Buffer.from(fileName).toString('utf8');
}

function kindProblem(entry: Entry): string | undefined {
  const { compressionMethod: method, versionMadeBy, externalFileAttributes } = entry;
  if (entry.isEncrypted()) return 'is encrypted';
  if (method !== STORED && method !== DEFLATED) return `is packed by method ${method}, which is not known`;
  // The kind of a file under Unix; 0 where the zip was made elsewhere.
  const kind = versionMadeBy >>> 8 === UNIX ? externalFileAttributes >>> 28 : 0;
  if (kind === 0o12) return 'is a symbolic link';
  return kind === 0 || kind === 0o10 || kind === 0o4 ? undefined : 'is neither file nor folder';
}

async function* contentOf(
  zip: ZipFile,
  entry: Entry,
  archive: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const damaged = (what: string, cause?: unknown) =>
    new ArchiveError(`${archive} is damaged: its member ${shownName(nameOf(entry))} ${what}.`, { cause });
  let crc = 0;
  try {
    // It fails where there are more bytes than the directory says, or fewer.
    for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) {
      crc = crc32(part, crc);
      yield part;
    }
  } catch (error) {
    throw damaged(`cannot be unpacked (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (crc !== entry.crc32) throw damaged('has another checksum than it says');
}
