/** Dropout masks, keyed and counted: a row's mask is the same however its batch is split. */
import { philoxWords, type PhiloxKey, unitInterval } from '../util/philox.js';

/** Where a mask stands in a training. */
export interface MaskPlace {
  readonly step: number;
  /** Index of the layer in the net. */
  readonly layer: number;
  /** Place of the first row in the whole batch. */
  readonly firstRow: number;
}

/**
 * 0 with the probability `dropout`, else 1 / (1 - dropout), so that the mean stays as it is.
 * Counter: low 64 bits row * ceil(units / 4) + block, then layer, then step.
 * @returns [count, units], row-major
 */
export function dropoutMask(
  key: PhiloxKey,
  [count, units]: readonly [number, number],
  dropout: number,
  { step, layer, firstRow }: MaskPlace,
): Float32Array {
  const keep = 1 - dropout;
  const blocksPerRow = Math.ceil(units / 4);
  const mask = new Float32Array(count * units);
  for (let row = 0; row < count; row++) {
    const words = philoxWords(key, (firstRow + row) * blocksPerRow, [layer, step], units);
    for (let unit = 0; unit < units; unit++) {
      mask[row * units + unit] = unitInterval(words[unit]!) < keep ? 1 / keep : 0;
    }
  }
  return mask;
}
