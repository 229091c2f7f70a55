/** How many images fit on the device at once. */
import { type Net, outputSizes } from './net.js';

/** Memory that activations may take, bytes. */
export const ACTIVATION_BUDGET_BYTES = 3 * 2 ** 30;

/** Each activation is held with a gradient and a temporary of its size. */
const COPIES = 3;

/** Bytes of all activations of one image of height x width px, forward and backward. */
export function activationBytes(net: Net, height: number, width: number): number {
  const sizes = [[height, width, 3] as const, ...outputSizes(net, height, width)];
  const floats = sizes.reduce((sum, [rows, columns, channels]) => sum + rows * columns * channels, 0);
  return floats * 4 * COPIES;
}

/** Images of one computation, between 1 and `wanted`. */
export function imagesAtOnce(
  net: Net,
  size: { readonly height: number; readonly width: number },
  wanted: number,
): number {
  const fitting = Math.floor(ACTIVATION_BUDGET_BYTES / activationBytes(net, size.height, size.width));
  return Math.min(wanted, Math.max(1, fitting));
}
