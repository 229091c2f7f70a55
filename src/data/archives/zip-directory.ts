/** The directory at the end of a zip, which says what its members are and where they lie. */
import type { FileHandle } from 'node:fs/promises';
import { ArchiveError } from './archive-error.js';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Unix's, with the kind of the file in its upper four bits; 0 where the zip was made elsewhere. */
  readonly mode: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Of its local header, in bytes of the file. */
  readonly at: number;
}

const END_BYTES = 22;
const MOST_COMMENT_BYTES = 0xffff;
const ENTRY_BYTES = 46;
const UNIX = 3;
/** Some 500,000 members: a directory is read whole. */
const MOST_DIRECTORY_BYTES = 64 * 2 ** 20;

/** @returns the members in the directory's order, and where the directory begins */
export async function readDirectory(
  file: FileHandle,
  archive: string,
): Promise<{ readonly entries: readonly ZipEntry[]; readonly end: number }> {
  const { size } = await file.stat();
  const tail = await readAt(
    file,
    Math.max(0, size - END_BYTES - MOST_COMMENT_BYTES),
    END_BYTES + MOST_COMMENT_BYTES,
  );
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (at < 0 || at + END_BYTES > tail.length)
    throw new ArchiveError(`${archive} is no zip, or cut short: it has no directory at its end.`);
  const damaged = (what: string) => new ArchiveError(`${archive} is damaged: ${what}.`);
  const end = (await end64(file, size - tail.length + at)) ?? {
    count: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    start: tail.readUInt32LE(at + 16),
  };
  if (
    !(end.start + end.bytes <= size) ||
    end.bytes > MOST_DIRECTORY_BYTES ||
    end.count * ENTRY_BYTES > end.bytes
  )
    throw damaged('its directory cannot be as long as it says');
  const directory = await readAt(file, end.start, end.bytes);
  const entries: ZipEntry[] = [];
  for (let next = 0; entries.length < end.count;) {
    const parsed = parseEntry(directory, next);
    if (!parsed) throw damaged(`entry ${entries.length + 1} of ${end.count} of its directory cannot be read`);
    entries.push(parsed.entry);
    next = parsed.next;
  }
  return { entries, end: end.start };
}

/** Of zips with more members, or longer ones, than 16 and 32 bits tell; undefined if it has no such record. */
async function end64(file: FileHandle, end: number) {
  const locator = await readAt(file, Math.max(0, end - 20), 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const record = await readAt(file, Number(locator.readBigUInt64LE(8)), 56);
  if (record.length < 56 || record.readUInt32LE(0) !== 0x06064b50) return undefined;
  return {
    count: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    start: Number(record.readBigUInt64LE(48)),
  };
}

/** Undefined if it does not fit, or its sizes are no numbers that can be. */
function parseEntry(
  all: Buffer,
  at: number,
): { readonly entry: ZipEntry; readonly next: number } | undefined {
  if (at + ENTRY_BYTES > all.length || all.readUInt32LE(at) !== 0x02014b50) return undefined;
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => all.readUInt16LE(at + field)) as [
    number,
    number,
    number,
  ];
  const names = at + ENTRY_BYTES;
  const next = names + nameBytes + extraBytes + commentBytes;
  if (next > all.length) return undefined;
  const extra = all.subarray(names + nameBytes, names + nameBytes + extraBytes);
  const sizes = sizes64(
    extra,
    [24, 20, 42].map((field) => all.readUInt32LE(at + field)),
  );
  if (!sizes?.every(Number.isSafeInteger)) return undefined;
  const [bytes, packedBytes, start] = sizes as [number, number, number];
  return {
    next,
    entry: {
      name: all.toString('utf8', names, names + nameBytes),
      isEncrypted: (all.readUInt16LE(at + 8) & 1) === 1,
      method: all.readUInt16LE(at + 10),
      crc: all.readUInt32LE(at + 16),
      mode: all[at + 5] === UNIX ? all.readUInt16LE(at + 40) : 0,
      ...{ bytes, packedBytes, at: start },
    },
  };
}

/** Those that are all ones stand in the extra field 1 instead, in 64 bits, in this order. */
function sizes64(extra: Buffer, sizes: readonly number[]): number[] | undefined {
  if (!sizes.includes(0xffffffff)) return [...sizes];
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let field = at + 4;
    const end = Math.min(extra.length, field + extra.readUInt16LE(at + 2));
    return sizes.map((size) => {
      if (size !== 0xffffffff) return size;
      field += 8;
      return field > end ? NaN : Number(extra.readBigUInt64LE(field - 8));
    });
  }
  return undefined;
}

/** Fewer at the end of the file; none where a place cannot be. */
async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  if (!Number.isSafeInteger(at)) return Buffer.alloc(0);
  const room = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(room, 0, bytes, at);
  return room.subarray(0, bytesRead);
}
