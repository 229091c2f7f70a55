/** What Tables 1 and 2 say of a net, and what follows from it, as plain data. */
import { type FilterStack, filterStacks } from './filter-stacks.js';
import type { Size } from './layer-kind.js';
import { buildNet, outputSizes } from './net.js';
import { type NetName, netShape } from './nets.js';
import type { Pooling } from './pooling.js';
import { type ReceptiveField, receptiveFields } from './receptive-field.js';

export { NET_NAMES, type NetName } from './nets.js';

/** What can be asked of a built-in net. */
export interface NetQuestion {
  readonly net: NetName;
  readonly width: number;
  /** Side of the training crop, px. */
  readonly crop: number;
  readonly classes: number;
  readonly pooling: Pooling;
  /** Side of the square image that output sizes and multiply-adds are of, px; at least the crop. */
  readonly px: number;
}

export interface LayerFacts {
  readonly name: string;
  readonly kind: string;
  /** Side of the filter, or of what a pool takes the maximum of; null for other layers. */
  readonly filter: number | null;
  readonly output: Size;
  /** Null where it is not known. */
  readonly receptiveField: ReceptiveField | null;
  /** Weights and biases. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly endsBlock: boolean;
}

export interface NetFacts extends NetQuestion {
  readonly layers: readonly LayerFacts[];
  readonly weightLayers: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly stacks: readonly FilterStack[];
}

/** @throws UserError if nothing is left of the crop */
export function netFacts(question: NetQuestion): NetFacts {
  const { net: name, px, ...rest } = question;
  const net = buildNet(netShape(name, rest));
  const outputs = outputSizes(net, px, px);
  const fields = receptiveFields(net);
  const layers = net.layers.map((layer, i): LayerFacts => {
    const { kind } = layer;
    const shapes = kind.parameterShapes(layer).map(({ shape }) => shape);
    const side = kind.window?.(layer).side ?? 1;
    return {
      name: layer.name,
      kind: kind.kind,
      // What has no weights and sees a single position, as a normalisation does, has no filter.
      filter: side > 1 || shapes.length > 0 ? side : null,
      output: outputs[i]!,
      receptiveField: fields[i] ?? null,
      parameters: sum(shapes.map((shape) => shape.reduce((a, b) => a * b, 1))),
      multiplyAdds: kind.multiplyAdds(layer, outputs[i - 1] ?? [px, px, 3]),
      endsBlock: kind.endsBlock ?? false,
    };
  });
  return {
    ...question,
    layers,
    weightLayers: layers.filter(({ parameters }) => parameters > 0).length,
    parameters: sum(layers.map(({ parameters }) => parameters)),
    multiplyAdds: sum(layers.map(({ multiplyAdds }) => multiplyAdds)),
    stacks: filterStacks(net),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
