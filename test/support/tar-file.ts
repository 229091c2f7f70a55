/** Writes tars for tests, good ones and such as nobody should unpack. */

export interface TarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Of the header; `0`, a file, if left out. */
  readonly type?: string;
  /** Where a link leads. */
  readonly link?: string;
  /** What the header says of the size, where that is not the content's. */
  readonly size?: number;
}

const BLOCK = 512;

/** POSIX ustar, with the two empty blocks at the end. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(member), Buffer.alloc(2 * BLOCK)]);
}

export function member({ name, content = '', type = '0', link = '', size }: TarEntry): Buffer {
  const bytes = Buffer.from(content as string);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, 'utf8');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write(link, 157, 100, 'utf8');
  header.write('ustar\x0000', 257, 'latin1');
  return Buffer.concat([sealed(header), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

/** The same header with the checksum that belongs to it. */
export function sealed(header: Buffer): Buffer {
  header.write('        ', 148);
  const sum = header.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A name that does not fit a header, as GNU tar writes it. */
export function gnuLongName(name: string, content: string | Uint8Array): Buffer {
  const before = member({ name: '././@LongLink', type: 'L', content: `${name}\0` });
  return Buffer.concat([before, member({ name: name.slice(0, 99), content })]);
}

/** POSIX.1-2001's records before a member. */
export function paxMember(records: Readonly<Record<string, string>>, entry: TarEntry, type = 'x'): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const length = rest + String(rest + String(rest).length).length;
    return `${length} ${key}=${value}\n`;
  });
  return Buffer.concat([member({ name: 'PaxHeader', type, content: lines.join('') }), member(entry)]);
}
