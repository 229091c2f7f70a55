/** NumPy's `.npy` format, version 1.0: little-endian float32 in C order. */
import { copyFloats, type FloatArray, FormatError } from './safetensors.js';

const MAGIC = '\x93NUMPY\x01\x00';
/** Before the header: the magic and the header's length. */
const PREFIX_BYTES = MAGIC.length + 2;

export function writeNpy({ shape, data }: FloatArray): Uint8Array {
  const { bytes, data: own } = emptyNpy(shape);
  own.set(data);
  return bytes;
}

/** A file of zeros, and its numbers, which can be written in place: for arrays that are not to be in memory twice. */
export function emptyNpy(shape: readonly number[]): {
  readonly bytes: Uint8Array;
  readonly data: Float32Array<ArrayBuffer>;
} {
  const tuple = shape.length === 1 ? `(${shape[0]!},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The header ends in a newline at a multiple of 64 bytes.
  const start = Math.ceil((PREFIX_BYTES + dictionary.length + 1) / 64) * 64;
  const header = `${dictionary.padEnd(start - PREFIX_BYTES - 1)}\n`;
  const length = shape.reduce((a, b) => a * b, 1);
  const bytes = new Uint8Array(start + 4 * length);
  bytes.set(Buffer.from(MAGIC, 'latin1'));
  new DataView(bytes.buffer).setUint16(MAGIC.length, header.length, true);
  bytes.set(Buffer.from(header, 'latin1'), PREFIX_BYTES);
  return { bytes, data: new Float32Array(bytes.buffer, start, length) };
}

/** @throws FormatError on anything but what {@link writeNpy} writes */
export function readNpy(bytes: Uint8Array): FloatArray {
  const header = parseHeader(bytes);
  if (!header) throw new FormatError('npy: the header is cut short');
  const { shape, start, length } = header;
  if (bytes.length - start !== 4 * length) throw new FormatError('npy: the file does not fit its shape');
  return { shape, data: copyFloats(bytes.subarray(start)) };
}

/**
 * The numbers of a file that comes in parts.
 * @param most numbers in each array that is given; only the last has fewer. Each is gone when the next is asked for
 * @throws FormatError on anything but what {@link writeNpy} writes
 */
export async function* readNpyParts(
  parts: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Float32Array, void, undefined> {
  const floats = new Float32Array(most);
  const room = new Uint8Array(floats.buffer);
  let head: Uint8Array | undefined = new Uint8Array(0);
  let [filled, left] = [0, 0];
  for await (const part of parts) {
    let rest = part;
    if (head) {
      head = Buffer.concat([head, part]);
      const header = parseHeader(head);
      if (!header) continue;
      rest = head.subarray(header.start);
      left = 4 * header.length;
      head = undefined;
    }
    while (rest.length > 0) {
      const taken = rest.subarray(0, room.length - filled);
      room.set(taken, filled);
      filled += taken.length;
      left -= taken.length;
      rest = rest.subarray(taken.length);
      if (left < 0) break;
      if (filled < room.length) continue;
      yield floats;
      filled = 0;
    }
  }
  if (head) throw new FormatError('npy: the header is cut short');
  if (left !== 0) throw new FormatError('npy: the file does not fit its shape');
  if (filled > 0) yield floats.subarray(0, filled / 4);
}

/** Undefined where the bytes end within the header. */
function parseHeader(
  bytes: Uint8Array,
): { readonly shape: readonly number[]; readonly start: number; readonly length: number } | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = text.toString('latin1', 0, MAGIC.length);
  if (!MAGIC.startsWith(magic)) throw new FormatError('npy: not a version 1.0 file');
  if (text.length < PREFIX_BYTES) return undefined;
  const start = PREFIX_BYTES + text.readUInt16LE(MAGIC.length);
  if (text.length < start) return undefined;
  const header = text.toString('latin1', PREFIX_BYTES, start);
  const match = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(header);
  if (!match) throw new FormatError('npy: not little-endian float32 in C order');
  const shape = match[1]!
    .split(',')
    .filter((n) => n.trim() !== '')
    .map(Number);
  if (!shape.every(Number.isSafeInteger)) throw new FormatError('npy: the file does not fit its shape');
  return { shape, start, length: shape.reduce((a, b) => a * b, 1) };
}
