/**
 * MATLAB's MAT-files, version 5, as far as the devkit's `meta.mat` needs them: arrays of structs, numbers and text
 * ("MAT-File Format", The MathWorks). Whatever is within such a file is bounded by its length.
 */
import { inflateSync } from 'node:zlib';
import { DatasetError } from '../../dataset.js';

export type MatValue =
  | { readonly kind: 'numbers'; readonly numbers: readonly number[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'structs'; readonly structs: readonly ReadonlyMap<string, MatValue>[] }
  /** Cells, objects, sparse matrices. */
  | { readonly kind: 'other' };

const HEADER_BYTES = 128;
/** Of a file, and of all its variables unpacked: some times those of the devkit. */
const MOST_BYTES = 8 * 2 ** 20;
const MOST_DEPTH = 8;

const [MATRIX, COMPRESSED] = [14, 15];
const [CHAR_CLASS, STRUCT_CLASS] = [4, 2];
/** Classes of numbers: double to uint64. */
const [FIRST_NUMBERS, LAST_NUMBERS] = [6, 15];

/** A part of the file with a tag before it. */
interface Element {
  readonly type: number;
  readonly data: Buffer;
}

class MatProblem extends Error {}

/**
 * The variables of a file, by name.
 * @param file its name in messages
 * @throws DatasetError if it is no such file, or damaged
 */
export function readMat(bytes: Uint8Array, file: string): ReadonlyMap<string, MatValue> {
  try {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.length > MOST_BYTES)
      throw new MatProblem(`it has ${view.length} bytes, more than ${MOST_BYTES}`);
    if (view.toString('latin1', 0, 7) !== 'MATLAB ' || view.toString('latin1', 126, 128) !== 'IM')
      throw new MatProblem('it does not begin as a little-endian MAT-file of version 5 does');
    const variables = new Map<string, MatValue>();
    let left = MOST_BYTES;
    for (const element of elements(view.subarray(HEADER_BYTES), false)) {
      const matrix = element.type === COMPRESSED ? inflated(element.data, left) : element;
      left -= matrix.data.length;
      if (matrix.type !== MATRIX)
        throw new MatProblem(`an element of type ${matrix.type} stands where a variable should`);
      const { name, value } = parseMatrix(matrix.data, 0);
      variables.set(name, value);
    }
    return variables;
  } catch (error) {
    if (!(error instanceof MatProblem)) throw error;
    throw new DatasetError(`${file} cannot be read: ${error.message}. Unpack it anew from the devkit.`, {
      cause: error,
    });
  }
}

/** @param most bytes that it may unpack to */
function inflated(data: Buffer, most: number): Element {
  let unpacked;
  try {
    unpacked = inflateSync(data, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    throw new MatProblem(
      `a variable cannot be unpacked (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const [element] = elements(unpacked, true);
  if (!element) throw new MatProblem('a variable is empty');
  return element;
}

/** @param isPadded whether each begins at a multiple of 8 bytes, as all but compressed ones do */
function elements(data: Buffer, isPadded: boolean): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < data.length;) {
    if (at + 8 > data.length) throw new MatProblem('it is cut short');
    const word = data.readUInt32LE(at);
    const isSmall = word >>> 16 !== 0;
    const type = isSmall ? word & 0xffff : word;
    const bytes = isSmall ? word >>> 16 : data.readUInt32LE(at + 4);
    const start = at + (isSmall ? 4 : 8);
    const end = start + bytes;
    if (end > data.length || (isSmall && bytes > 4))
      throw new MatProblem('an element is longer than what holds it');
    found.push({ type, data: data.subarray(start, end) });
    at = isSmall ? at + 8 : isPadded || type !== COMPRESSED ? end + ((8 - (bytes % 8)) % 8) : end;
  }
  return found;
}

function parseMatrix(data: Buffer, depth: number): { readonly name: string; readonly value: MatValue } {
  const other = { kind: 'other' } as const;
  // An empty array may stand for a field that was never set.
  if (data.length === 0) return { name: '', value: other };
  if (depth > MOST_DEPTH) throw new MatProblem('structs stand in structs too deep');
  const [flags, dimensions, name, ...content] = elements(data, true);
  if (!flags || !dimensions || !name || flags.data.length < 4)
    throw new MatProblem('a variable has no header');
  const shape = numbersIn(dimensions);
  const count = shape.reduce((product, side) => product * side, 1);
  const kind = flags.data[0]!;
  const named = (value: MatValue) => ({ name: name.data.toString('latin1'), value });
  if (kind === STRUCT_CLASS) return named(parseStructs(content, count, depth));
  if (kind === CHAR_CLASS) return named({ kind: 'text', text: content[0] ? textIn(content[0]) : '' });
  if (kind < FIRST_NUMBERS || kind > LAST_NUMBERS) return named(other);
  return named({ kind: 'numbers', numbers: content[0] ? numbersIn(content[0]) : [] });
}

/** Field by field of the first struct, then of the second. */
function parseStructs(
  [length, names, ...fields]: readonly Element[],
  count: number,
  depth: number,
): MatValue {
  const nameBytes = length && numbersIn(length)[0];
  if (!names || nameBytes === undefined || nameBytes < 1)
    throw new MatProblem('a struct has no names of fields');
  const keys = Array.from({ length: Math.floor(names.data.length / nameBytes) }, (_, i) => {
    const text = names.data.toString('latin1', i * nameBytes, (i + 1) * nameBytes);
    return text.replace(/\0[^]*$/, '');
  });
  if (keys.length * count !== fields.length || fields.some(({ type }) => type !== MATRIX))
    throw new MatProblem(
      `${fields.length} fields stand where ${keys.length} of each of ${count} structs should`,
    );
  const structs = Array.from({ length: keys.length === 0 ? 0 : count }, (_, i) => {
    const mine = fields.slice(i * keys.length, (i + 1) * keys.length);
    return new Map(mine.map(({ data }, k) => [keys[k]!, parseMatrix(data, depth + 1).value] as const));
  });
  return { kind: 'structs', structs };
}

/** By the type that numbers are stored in, which may be smaller than their class. */
const NUMBERS: Readonly<
  Record<number, { readonly bytes: number; readonly at: (data: Buffer, at: number) => number }>
> = {
  1: { bytes: 1, at: (data, at) => data.readInt8(at) },
  2: { bytes: 1, at: (data, at) => data.readUInt8(at) },
  3: { bytes: 2, at: (data, at) => data.readInt16LE(at) },
  4: { bytes: 2, at: (data, at) => data.readUInt16LE(at) },
  5: { bytes: 4, at: (data, at) => data.readInt32LE(at) },
  6: { bytes: 4, at: (data, at) => data.readUInt32LE(at) },
  7: { bytes: 4, at: (data, at) => data.readFloatLE(at) },
  9: { bytes: 8, at: (data, at) => data.readDoubleLE(at) },
  12: { bytes: 8, at: (data, at) => Number(data.readBigInt64LE(at)) },
  13: { bytes: 8, at: (data, at) => Number(data.readBigUInt64LE(at)) },
};

function numbersIn({ type, data }: Element): number[] {
  const stored = NUMBERS[type];
  if (!stored || data.length % stored.bytes !== 0)
    throw new MatProblem(`numbers of type ${type} are not known`);
  return Array.from({ length: data.length / stored.bytes }, (_, i) => stored.at(data, i * stored.bytes));
}

/** Bytes or UTF-8, or a code unit a character. */
function textIn(element: Element): string {
  if ([1, 2, 16].includes(element.type)) return element.data.toString('utf8');
  if (element.type === 17) return element.data.toString('utf16le');
  return numbersIn(element)
    .map((unit) => String.fromCharCode(unit))
    .join('');
}
