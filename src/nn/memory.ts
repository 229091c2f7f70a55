/** How many images fit on the device at once. */
import { type Net, pooledSide } from './net.js';

/** Memory that activations may take, bytes. */
export const ACTIVATION_BUDGET_BYTES = 3 * 2 ** 30;

/** Each activation is held with a gradient and a temporary of its size. */
const COPIES = 3;

/** Bytes of all activations of one image of height x width px, forward and backward. */
export function activationBytes(net: Net, height: number, width: number): number {
  let [rows, columns] = [height, width];
  let channels = 3;
  let floats = rows * columns * channels;
  for (const layer of net.layers) {
    if (layer.kind === 'pool') {
      rows = pooledSide(rows, net.shape.pooling);
      columns = pooledSide(columns, net.shape.pooling);
    } else if (layer.kind === 'fc') {
      rows = Math.max(1, rows - layer.weight[0] + 1);
      columns = Math.max(1, columns - layer.weight[1] + 1);
    }
    if (layer.kind !== 'pool') channels = layer.weight[3];
    floats += rows * columns * channels;
  }
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
