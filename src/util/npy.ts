/** NumPy's `.npy` format, version 1.0: little-endian float32 in C order. */
import { copyFloats, type FloatArray, FormatError } from './safetensors.js';

const MAGIC = '\x93NUMPY\x01\x00';

export function writeNpy({ shape, data }: FloatArray): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]!},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The header ends in a newline at a multiple of 64 bytes.
  const header = dictionary.padEnd(
    Math.ceil((MAGIC.length + 2 + dictionary.length + 1) / 64) * 64 - MAGIC.length - 3,
  );
  const bytes = new Uint8Array(MAGIC.length + 2 + header.length + 1 + data.byteLength);
  bytes.set(Buffer.from(MAGIC, 'latin1'));
  new DataView(bytes.buffer).setUint16(MAGIC.length, header.length + 1, true);
  bytes.set(Buffer.from(`${header}\n`, 'latin1'), MAGIC.length + 2);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), bytes.length - data.byteLength);
  return bytes;
}

/** @throws FormatError on anything but what {@link writeNpy} writes */
export function readNpy(bytes: Uint8Array): FloatArray {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.length < MAGIC.length + 2 || text.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new FormatError('npy: not a version 1.0 file');
  const start = MAGIC.length + 2 + text.readUInt16LE(MAGIC.length);
  const header = text.toString('latin1', MAGIC.length + 2, start);
  const match = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(header);
  if (!match) throw new FormatError('npy: not little-endian float32 in C order');
  const shape = match[1]!
    .split(',')
    .filter((n) => n.trim() !== '')
    .map(Number);
  const length = shape.reduce((a, b) => a * b, 1);
  if (!shape.every(Number.isSafeInteger) || bytes.length - start !== 4 * length)
    throw new FormatError('npy: the file does not fit its shape');
  return { shape, data: copyFloats(bytes.subarray(start)) };
}
