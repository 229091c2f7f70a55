/** The weights of a checkpoint one array after another, each looked at before it is given away. */
import { FormatError } from '../../util/safetensors.js';
import { readSafetensorsParts } from '../../util/safetensors-parts.js';
import { UserError } from '../../util/user-error.js';
import { WEIGHTS_FILE } from '../checkpoint.js';
import { type Net, parameterShapes } from '../net.js';
import type { WeightArray } from './export-format.js';

/** A file that is read once, from its start to its end. */
export interface FileInParts {
  /** Of the whole file. */
  readonly bytes: number;
  readonly parts: AsyncIterable<Uint8Array>;
}

/**
 * @returns the arrays of the net, in the order of its layers
 * @throws FormatError if the file is not of these arrays, UserError naming the layer whose weights are not finite
 */
export async function* checkpointWeights(
  net: Net,
  { bytes, parts }: FileInParts,
): AsyncGenerator<WeightArray, void, undefined> {
  const expected = parameterShapes(net);
  let count = 0;
  for await (const array of readSafetensorsParts(parts, bytes)) {
    const { name, shape } = expected[count] ?? { name: 'nothing more', shape: [] };
    if (array.name !== name || array.shape.join() !== shape.join())
      throw new FormatError(
        `${WEIGHTS_FILE} has ${described(array)} where net ${net.shape.net} has ${described({ name, shape })}. It is of another net.`,
      );
    checkFinite(array);
    count += 1;
    yield array;
  }
  if (count < expected.length)
    throw new FormatError(
      `${WEIGHTS_FILE} has no ${expected[count]!.name}, which net ${net.shape.net} has. It is of another net.`,
    );
}

function described({ name, shape }: { readonly name: string; readonly shape: readonly number[] }): string {
  return shape.length === 0 ? name : `${name} of ${shape.join(' x ')}`;
}

function checkFinite({ name, data }: WeightArray): void {
  let sum = 0;
  // 0 for every finite number, NaN for all others.
  for (const value of data) sum += value * 0;
  if (sum !== 0)
    throw new UserError(
      `${name} holds weights that are no finite numbers: the training went astray. Train the net anew, at a lower rate.`,
    );
}
