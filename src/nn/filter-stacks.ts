/** The argument of Sect. 2.3 in numbers: a stack of small filters against one filter that sees as far. */
import type { Layer } from './layer-kind.js';
import type { Net } from './net.js';
import { PIXEL, through } from './receptive-field.js';

/** Convolutions that follow one another, with nothing between them but their ReLUs. */
export interface FilterStack {
  readonly layers: readonly string[];
  /** Side of each filter; each is followed by a ReLU. */
  readonly filters: readonly number[];
  /** Side of the one filter that sees as far; the last filter's positions see that much of the stack's input. */
  readonly sees: number;
  /** Weights over C^2, with C channels in and out of each layer as the paper counts. */
  readonly perSquare: Weights;
  /** Weights at the channels of this net. */
  readonly weights: Weights;
}

/** Without biases. */
export interface Weights {
  readonly stack: number;
  readonly single: number;
}

/** All stacks of two convolutions or more, in the order of the layers. */
export function filterStacks(net: Net): readonly FilterStack[] {
  const runs: Layer[][] = [];
  let run: Layer[] = [];
  for (const layer of net.layers) {
    if (layer.kind.kind !== 'conv') run = [];
    else if (run.push(layer) === 2) runs.push(run);
  }
  return runs.map(stackOf);
}

function stackOf(layers: readonly Layer[]): FilterStack {
  const windows = layers.map((layer) => layer.kind.window!(layer));
  const sees = windows.reduce((field, window) => through(window, field), PIXEL).side;
  const filters = windows.map(({ side }) => side);
  const channels = [layers[0]!.input[2], ...layers.map(outputChannels)];
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    layers: layers.map(({ name }) => name),
    filters,
    sees,
    perSquare: { stack: sum(filters.map((side) => side ** 2)), single: sees ** 2 },
    weights: {
      stack: sum(filters.map((side, i) => side ** 2 * channels[i]! * channels[i + 1]!)),
      single: sees ** 2 * channels[0]! * channels.at(-1)!,
    },
  };
}

function outputChannels(layer: Layer): number {
  return layer.kind.outputSize(layer, layer.input)[2];
}
