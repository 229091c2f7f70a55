/** One block of a tar: POSIX.1-1988 (ustar), with GNU's sizes in base 256. */

export const BLOCK_BYTES = 512;

export interface TarHeader {
  readonly name: string;
  /** `0` a file, `5` a folder, and so on. */
  readonly type: string;
  /** Of what follows, in bytes. */
  readonly bytes: number;
}

/** What is wrong, as the end of a sentence about the header; `end` for a block of zeros. */
export function parseTarHeader(block: Uint8Array): TarHeader | 'end' | { readonly wrong: string } {
  if (block.every((byte) => byte === 0)) return 'end';
  const view = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const sum = number(view.subarray(148, 156));
  if (sum === undefined || sum !== checksum(view)) return { wrong: 'its checksum does not fit' };
  const bytes = number(view.subarray(124, 136));
  if (bytes === undefined) return { wrong: 'its size is no number' };
  const type = String.fromCharCode(view[156]!);
  const name = text(view.subarray(0, 100));
  // GNU's own format keeps times where ustar has the front of long names.
  const isUstar = view.toString('latin1', 257, 265) === 'ustar\x0000';
  const front = isUstar ? text(view.subarray(345, 500)) : '';
  return { name: front === '' ? name : `${front}/${name}`, type: type === '\0' ? '0' : type, bytes };
}

function checksum(view: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) sum += i >= 148 && i < 156 ? 0x20 : view[i]!;
  return sum;
}

/** Octal digits between spaces and NULs, or GNU's big-endian binary; undefined if it is neither, or too large. */
function number(field: Buffer): number | undefined {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits === '' ? '0' : digits, 8);
}

/** Up to the first NUL. */
function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
