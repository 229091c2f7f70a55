/** Whether a net can come to a number that is none. */
import type { Net } from './net.js';
import type { Parameters } from './net-state.js';

/** Pixels are of 0 to 255, less a mean, times at most a million: pixels that hardly differ are divided by a small deviation. */
const LARGEST_INPUT = 256e6;

/** Far enough below the largest float32 (3.4e38) that rounding does not matter. */
const LARGEST_SAFE = 1e37;

/**
 * Whether all activations of a net stay finite, whatever the image: each layer's largest possible number from that of
 * the one before. False where it is not known: kinds that do not say, weights that are not finite, deep and wide nets.
 */
export function staysFinite(net: Net, weights: Parameters): boolean {
  let largest = LARGEST_INPUT;
  for (const layer of net.layers) {
    const parameter = (name: string) => weights.get(`${layer.name}.${name}`)!.data;
    largest = layer.kind.largest?.(layer, largest, parameter) ?? Infinity;
    if (!(largest < LARGEST_SAFE)) return false;
  }
  return true;
}
