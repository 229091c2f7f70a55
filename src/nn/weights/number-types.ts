/** Numbers of other precisions as float32. */
import { copyFloats } from '../../util/safetensors.js';

export type NumberType = 'float32' | 'float16' | 'bfloat16' | 'float64';

export const NUMBER_BYTES: Readonly<Record<NumberType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
};

/** @param bytes little-endian, a whole number of numbers */
export function toFloat32(bytes: Uint8Array, type: NumberType): Float32Array {
  if (type === 'float32') return aligned(bytes);
  if (type === 'float64') return new Float32Array(new Float64Array(Uint8Array.from(bytes).buffer));
  const halves = new Uint16Array(Uint8Array.from(bytes).buffer);
  return type === 'float16' ? looked(halves, (allFloat16 ??= every(fromFloat16))) : shifted(halves);
}

/** By its bits: some 100 million numbers are converted, which have at most 65,536 values. */
let allFloat16: Float32Array | undefined;

function every(convert: (half: number) => number): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, (_, half) => convert(half));
}

function looked(halves: Uint16Array, table: Float32Array): Float32Array {
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) numbers[i] = table[halves[i]!]!;
  return numbers;
}

/** The upper half of a float32. */
function shifted(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** The bytes themselves where they can be looked at as numbers, since the largest array has 411 MB. */
function aligned(bytes: Uint8Array): Float32Array {
  if (bytes.byteOffset % 4 !== 0) return copyFloats(bytes);
  return new Float32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / 4);
}

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
