/** Writes MATLAB files of version 5 with an array of structs, as the devkit's meta.mat is; SciPy judges ours beside it. */
import { deflateSync } from 'node:zlib';

export type MatField = number | string | readonly number[];

const [INT8, UINT8, UINT16, INT32, UINT32, DOUBLE, MATRIX, COMPRESSED] = [1, 2, 4, 5, 6, 9, 14, 15];
const [CHARS, STRUCTS, DOUBLES, UINT8S] = [4, 2, 6, 9];

export interface MatOptions {
  readonly compressed?: boolean;
}

/** @param structs all with the same fields */
export function matFile(
  name: string,
  structs: readonly Readonly<Record<string, MatField>>[],
  { compressed = true }: MatOptions = {},
): Buffer {
  const keys = Object.keys(structs[0]!);
  const width = 32;
  const names = Buffer.alloc(width * keys.length);
  for (const [i, key] of keys.entries()) names.write(key, i * width, 'latin1');
  const variable = matrix(STRUCTS, [structs.length, 1], name, [
    small(INT32, Buffer.from(Int32Array.of(width).buffer)),
    element(INT8, names),
    ...structs.flatMap((one) => keys.map((key) => field(one[key]!))),
  ]);
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file, made by a test');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  if (!compressed) return Buffer.concat([header, variable]);
  const packed = deflateSync(variable);
  return Buffer.concat([header, tag(COMPRESSED, packed.length), packed]);
}

/** A further variable, packed: bytes that are all zero. */
export function zeros(bytes: number): Buffer {
  const packed = deflateSync(matrix(UINT8S, [1, bytes], 'zeros', [element(UINT8, Buffer.alloc(bytes))]));
  return Buffer.concat([tag(COMPRESSED, packed.length), packed]);
}

function field(value: MatField): Buffer {
  if (typeof value === 'string') {
    const units = Buffer.from(Uint16Array.from(value, (char) => char.charCodeAt(0)).buffer);
    return matrix(CHARS, [1, value.length], '', [element(UINT16, units)]);
  }
  if (typeof value === 'number') {
    // MATLAB stores whole numbers of class double in as few bytes as they need.
    const isByte = Number.isInteger(value) && value >= 0 && value < 256;
    const stored = isByte
      ? small(UINT8, Buffer.of(value))
      : element(DOUBLE, Buffer.from(Float64Array.of(value).buffer));
    return matrix(DOUBLES, [1, 1], '', [stored]);
  }
  const numbers = element(DOUBLE, Buffer.from(Float64Array.from(value).buffer));
  return matrix(DOUBLES, [1, value.length], '', [numbers]);
}

function matrix(kind: number, shape: readonly number[], name: string, content: readonly Buffer[]): Buffer {
  return element(
    MATRIX,
    Buffer.concat([
      element(UINT32, Buffer.from(Uint32Array.of(kind, 0).buffer)),
      element(INT32, Buffer.from(Int32Array.from(shape).buffer)),
      element(INT8, Buffer.from(name, 'latin1')),
      ...content,
    ]),
  );
}

function element(type: number, data: Buffer): Buffer {
  return Buffer.concat([tag(type, data.length), data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
}

/** At most four bytes, within the tag. */
function small(type: number, data: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(type, 0);
  bytes.writeUInt16LE(data.length, 2);
  data.copy(bytes, 4);
  return bytes;
}

function tag(type: number, bytes: number): Buffer {
  return Buffer.from(Uint32Array.of(type, bytes).buffer);
}
