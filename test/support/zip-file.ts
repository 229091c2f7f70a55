/** Writes zips for tests, good ones and such as nobody should unpack. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** 8, deflated, if left out. */
  readonly method?: number;
  /** Unix's; a plain file if left out. */
  readonly mode?: number;
  readonly flags?: number;
  /** What the directory says, where that is not so. */
  readonly size?: number;
  readonly crc?: number;
  readonly at?: number;
}

/** @param uses64 whether sizes, places and the count stand in their 64-bit fields */
export function zip(files: readonly ZipFile[], uses64 = false): Buffer {
  const members: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const content = Buffer.from((file.content ?? '') as string);
    const packed = (file.method ?? 8) === 8 ? deflateRawSync(content) : content;
    const name = Buffer.from(file.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(file.flags ?? 0, 6);
    local.writeUInt16LE(file.method ?? 8, 8);
    local.writeUInt32LE(crc32(content), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    // An extra field that the directory does not have.
    local.writeUInt16LE(4, 28);
    members.push(local, name, Buffer.from([9, 9, 0, 0]), packed);
    directory.push(entry(file, { name, content, packed, at: file.at ?? at, uses64 }));
    at += 30 + name.length + 4 + packed.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...members, central, end(files.length, { at, bytes: central.length, uses64 })]);
}

function entry(
  { method = 8, mode = 0o100644, flags = 0, size, crc }: ZipFile,
  {
    name,
    content,
    packed,
    at,
    uses64,
  }: {
    readonly name: Buffer;
    readonly content: Buffer;
    readonly packed: Buffer;
    readonly at: number;
    readonly uses64: boolean;
  },
): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header[5] = 3;
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc ?? crc32(content), 16);
  const sizes = [packed.length, size ?? content.length, at];
  for (const [i, field] of [20, 24, 42].entries())
    header.writeUInt32LE(uses64 ? 0xffffffff : sizes[i]!, field);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(mode, 40);
  if (!uses64) return Buffer.concat([header, name]);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [i, value] of [sizes[1]!, sizes[0]!, at].entries())
    extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  header.writeUInt16LE(extra.length, 30);
  return Buffer.concat([header, name, extra]);
}

function end(
  count: number,
  { at, bytes, uses64 }: { readonly at: number; readonly bytes: number; readonly uses64: boolean },
): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(uses64 ? 0xffff : count, 10);
  record.writeUInt32LE(uses64 ? 0xffffffff : bytes, 12);
  record.writeUInt32LE(uses64 ? 0xffffffff : at, 16);
  if (!uses64) return record;
  const record64 = Buffer.alloc(56);
  record64.writeUInt32LE(0x06064b50, 0);
  for (const [i, value] of [count, bytes, at].entries()) record64.writeBigUInt64LE(BigInt(value), 32 + 8 * i);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + bytes), 8);
  return Buffer.concat([record64, locator, record]);
}
