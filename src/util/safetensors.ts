/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header of names, types, shapes
 * and byte ranges, then the raw numbers. Only float32 is written and read; nothing in a file can execute.
 */
import { endianness } from 'node:os';
import { UserError } from './user-error.js';

export interface FloatArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A file that is not what it claims to be; the message says where. */
export class FormatError extends UserError {
  override readonly name = 'FormatError';
}

const MAX_HEADER_BYTES = 100 * 1024 * 1024;

if (endianness() !== 'LE')
  throw new Error('Internal error: array files are read and written on little-endian machines only');

/** Equal arrays in equal order give equal bytes. */
export function writeSafetensors(arrays: ReadonlyMap<string, FloatArray>): Uint8Array {
  let offset = 0;
  const header = [...arrays].map(([name, { shape, data }]) => {
    const entry = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
    return [name, entry] as const;
  });
  // From entries, so that an array may be called `__proto__`.
  const json = JSON.stringify(Object.fromEntries(header));
  const text = Buffer.from(json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8, ' '));
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of arrays.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** @throws FormatError on anything but float32 arrays that fill the file exactly, one after another */
export function readSafetensors(bytes: Uint8Array): Map<string, FloatArray> {
  if (bytes.length < 8) throw new FormatError('safetensors: shorter than its 8-byte length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > Math.min(MAX_HEADER_BYTES, bytes.length - 8)) {
    throw new FormatError(`safetensors: the header claims ${headerBytes} bytes of a file of ${bytes.length}`);
  }
  const arrays = new Map<string, FloatArray>();
  const start = 8 + headerBytes;
  let expected = 0;
  // By place: a map's order is not that of the file, least of all where names are numbers.
  const places = Object.entries(parseHeader(bytes.subarray(8, start)))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => ({ name, ...checkedEntry(name, entry) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  for (const { name, shape, from, to } of places) {
    if (from !== expected || to > bytes.length - start)
      throw new FormatError(`safetensors: ${name} lies outside its place`);
    expected = to;
    arrays.set(name, { shape, data: copyFloats(bytes.subarray(start + from, start + to)) });
  }
  if (start + expected !== bytes.length)
    throw new FormatError('safetensors: the file is longer than its arrays');
  return arrays;
}

/** A copy, so that it is aligned whatever the offset; `slice` of a Buffer would not be one. */
export function copyFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function parseHeader(text: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(text).toString('utf8'));
  } catch (error) {
    throw new FormatError('safetensors: the header is not JSON', { cause: error });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new FormatError('safetensors: the header is not a map');
  return header as Record<string, unknown>;
}

function checkedEntry(name: string, entry: unknown): { shape: number[]; from: number; to: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32')
    throw new FormatError(
      `safetensors: ${name} is ${dtype === undefined ? 'of no type' : JSON.stringify(dtype)}, only F32 is read`,
    );
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw new FormatError(`safetensors: ${name} has no proper shape or place`);
  }
  const [from, to] = offsets as [number, number];
  if (to - from !== 4 * shape.reduce((a, b) => a * b, 1)) {
    throw new FormatError(`safetensors: the place of ${name} does not fit its shape`);
  }
  return { shape, from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}
