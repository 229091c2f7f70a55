/** How many images are computed at once: as many as fit into the memory given. */
import { type Net, outputSizes, parameterCount } from './net.js';

/** Where nothing else is said; the same on every machine, so that the bits are. */
export const USUAL_MEMORY_BYTES = 4 * 2 ** 30;

/** Each activation is held with a gradient and a temporary of its size. */
const COPIES = 3;

/** Each weight with its velocity and its gradient; for scores alone as it is. */
const COPIES_OF_WEIGHTS = { learning: 3, scoring: 1 } as const;

export interface Computation {
  readonly height: number;
  readonly width: number;
  readonly use: keyof typeof COPIES_OF_WEIGHTS;
}

/** Bytes of all activations of one image of height x width px, forward and backward. */
export function activationBytes(net: Net, height: number, width: number): number {
  const sizes = [[height, width, 3] as const, ...outputSizes(net, height, width)];
  const floats = sizes.reduce((sum, [rows, columns, channels]) => sum + rows * columns * channels, 0);
  return floats * 4 * COPIES;
}

/** Bytes of the largest output of a layer for one image of height x width px. */
export function largestActivationBytes(net: Net, height: number, width: number): number {
  const floats = outputSizes(net, height, width).map(
    ([rows, columns, channels]) => rows * columns * channels,
  );
  return 4 * Math.max(...floats);
}

/** Images of one computation, between 1 and `wanted`. @param memoryBytes for the net and what it computes */
export function imagesAtOnce(
  net: Net,
  { height, width, use }: Computation,
  wanted: number,
  memoryBytes = USUAL_MEMORY_BYTES,
): number {
  const weightBytes = 4 * COPIES_OF_WEIGHTS[use] * parameterCount(net);
  const fitting = Math.floor((memoryBytes - weightBytes) / activationBytes(net, height, width));
  return Math.min(wanted, Math.max(1, fitting));
}
