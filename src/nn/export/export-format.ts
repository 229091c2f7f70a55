/** What a format of other programs is: from a net and its weights, as they come, to the bytes of its files. */
import type { FloatArray } from '../../util/safetensors.js';
import type { ExportedNet } from './exported-net.js';

/** `conv1_1.weight` and so on, in the order of the layers. */
export interface WeightArray extends FloatArray {
  readonly name: string;
}

/** The next bytes of a file; they are gone when the next part is asked for. Parts of a file follow each other. */
export interface Part {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface ExportOptions {
  /** What the file is to be called, where it is one. */
  readonly file: string;
  /** Whether it is to take images of any size from the crop up, and average the scores over positions (Sect. 3.2). */
  readonly dense: boolean;
}

export type ExportFormat = (
  net: ExportedNet,
  weights: AsyncIterable<WeightArray>,
  options: ExportOptions,
) => AsyncIterable<Part>;

/** Of numbers, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
