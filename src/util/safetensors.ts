/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header of names, types, shapes
 * and byte ranges, then the raw numbers. Only float32 is written and read; nothing in a file can execute.
 */
import { endianness } from 'node:os';
import { shownName } from './shown-name.js';
import { UserError } from './user-error.js';

export interface FloatArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A file that is not what it claims to be; the message says where. */
export class FormatError extends UserError {
  override readonly name = 'FormatError';
}

/** Some 40,000 arrays. */
const MAX_HEADER_BYTES = 4 * 2 ** 20;

const MOST_AXES = 8;

if (endianness() !== 'LE')
  throw new Error('Internal error: array files are read and written on little-endian machines only');

/** Equal arrays in equal order give equal bytes. */
export function writeSafetensors(arrays: ReadonlyMap<string, FloatArray>): Uint8Array {
  const { bytes, data } = emptySafetensors([...arrays].map(([name, { shape }]) => ({ name, shape })));
  for (const [i, array] of [...arrays.values()].entries()) data[i]!.set(array.data);
  return bytes;
}

/** A file of zeros, and its arrays, which can be written in place: for those that are not to be in memory twice. */
export function emptySafetensors(arrays: readonly NamedShape[]): {
  readonly bytes: Uint8Array;
  readonly data: readonly Float32Array[];
} {
  const { head, places, dataBytes } = safetensorsHead(arrays);
  const bytes = new Uint8Array(head.length + dataBytes);
  bytes.set(head);
  return {
    bytes,
    data: places.map(({ from, length }) => new Float32Array(bytes.buffer, head.length + from, length)),
  };
}

export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What stands before the numbers of a file of float32 arrays, and where each array lies behind it: byte and numbers. */
export function safetensorsHead(
  arrays: readonly NamedShape[],
  metadata?: Readonly<Record<string, string>>,
): {
  readonly head: Uint8Array;
  readonly places: readonly { readonly from: number; readonly length: number }[];
  readonly dataBytes: number;
} {
  let offset = 0;
  const header = arrays.map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const from = offset;
    offset += 4 * length;
    return { name, length, from, entry: { dtype: 'F32', shape, data_offsets: [from, offset] } };
  });
  const entries: (readonly [string, unknown])[] = header.map(({ name, entry }) => [name, entry]);
  if (metadata) entries.unshift(['__metadata__', metadata]);
  // From entries, so that an array may be called `__proto__`.
  const json = JSON.stringify(Object.fromEntries(entries));
  const text = Buffer.from(json + ' '.repeat(-Buffer.byteLength(json) & 7));
  const head = new Uint8Array(8 + text.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
  head.set(text, 8);
  return { head, places: header, dataBytes: offset };
}

/** @throws FormatError on anything but float32 arrays that fill the file exactly, one after another */
export function readSafetensors(bytes: Uint8Array): Map<string, FloatArray> {
  const headerBytes = headerLength(bytes, bytes.length);
  const start = 8 + headerBytes;
  const places = safetensorsPlaces(bytes.subarray(8, start), bytes.length - start, { F32: 4 });
  return new Map(
    places.map(({ name, shape, from, to }) => [
      name,
      { shape, data: copyFloats(bytes.subarray(start + from, start + to)) },
    ]),
  );
}

/**
 * Bytes of the header, without the eight that say so.
 * @param head the file's first bytes, at least eight if it has them
 * @throws FormatError if the file is too short for it
 */
export function headerLength(head: Uint8Array, fileBytes: number): number {
  if (fileBytes < 8) throw new FormatError('safetensors: shorter than its 8-byte length');
  const length = Number(new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER_BYTES, fileBytes - 8))
    throw new FormatError(`safetensors: the header claims ${length} bytes of a file of ${fileBytes}`);
  return length;
}

/** Where an array lies, in bytes after the header. */
export interface ArrayPlace {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/**
 * @param types bytes of a number, by the types that are read
 * @returns all arrays by place: a map's order is not that of the file, least of all where names are numbers
 * @throws FormatError on anything but arrays that fill the file exactly, one after another
 */
export function safetensorsPlaces(
  header: Uint8Array,
  dataBytes: number,
  types: Readonly<Record<string, number>>,
): readonly ArrayPlace[] {
  let expected = 0;
  const places = Object.entries(parseHeader(header))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => checkedEntry(name, entry, types))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const needed = places.at(-1)?.to ?? 0;
  if (needed > dataBytes)
    throw new FormatError(
      `safetensors: cut short: its arrays need ${needed} bytes, and ${dataBytes} are there`,
    );
  for (const { name, from, to } of places) {
    if (from !== expected) throw new FormatError(`safetensors: ${shownName(name)} lies outside its place`);
    expected = to;
  }
  if (dataBytes !== expected) throw new FormatError('safetensors: the file is longer than its arrays');
  return places;
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

function checkedEntry(name: string, entry: unknown, types: Readonly<Record<string, number>>): ArrayPlace {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const bytes = typeof dtype === 'string' && Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (bytes === undefined)
    throw new FormatError(
      `safetensors: ${shownName(name)} is ${typeof dtype === 'string' ? shownName(dtype, 20) : 'of no type'}, only ${Object.keys(types).join(', ')} is read`,
    );
  if (!isCounts(shape) || shape.length > MOST_AXES || !isCounts(offsets) || offsets.length !== 2) {
    throw new FormatError(`safetensors: ${shownName(name)} has no proper shape or place`);
  }
  const [from, to] = offsets as [number, number];
  if (to - from !== bytes * shape.reduce((a, b) => a * b, 1)) {
    throw new FormatError(`safetensors: the place of ${shownName(name)} does not fit its shape`);
  }
  return { name, type: dtype as string, shape, from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}
