/** A net as formats of other programs see it: a chain of four kinds of layers with all numbers filled in. */
import { UserError } from '../../util/user-error.js';
import type { Layer, Size } from '../layer-kind.js';
import { BUILT_IN } from '../layer-kinds.js';
import { buildNet, type Net, type NetShape } from '../net.js';
import type { Pooling } from '../pooling.js';

export type ExportedLayer =
  /** Stride 1, a border of zeros that keeps the size, bias, then ReLU. */
  | {
      readonly is: 'conv';
      readonly name: string;
      readonly side: number;
      readonly inputs: number;
      readonly outputs: number;
    }
  /** The maximum of 2x2, stride 2. */
  | { readonly is: 'pool'; readonly name: string; readonly pooling: Pooling }
  /** x / (bias + alpha * the mean of x^2 over `size` channels)^beta: others take the mean where we take the sum. */
  | {
      readonly is: 'lrn';
      readonly name: string;
      readonly size: number;
      readonly alpha: number;
      readonly beta: number;
      readonly bias: number;
    }
  /** With bias, and with ReLU and dropout where it is hidden. */
  | {
      readonly is: 'fc';
      readonly name: string;
      readonly input: Size;
      readonly units: number;
      readonly hidden: boolean;
    };

export interface ExportedNet {
  readonly net: Net;
  readonly layers: readonly ExportedLayer[];
}

/** @throws UserError if the net has layers of a plugin, which no other program knows */
export function exportedNet(shape: NetShape): ExportedNet {
  const known = new Set(BUILT_IN.all.map(({ kind }) => kind));
  const foreign = shape.layers.find((layer) => typeof layer !== 'string' && !known.has(layer.kind));
  if (foreign !== undefined)
    throw new UserError(
      `Net ${shape.net} has layers ${JSON.stringify(foreign)} of a plugin, for which no format of other programs has a word. Its weights.safetensors can be read as it is; what the layers compute is to be written anew there.`,
    );
  const net = buildNet(shape);
  return { net, layers: net.layers.map(exportedLayer) };
}

function exportedLayer({ kind, name, parameters, input, pooling }: Layer): ExportedLayer {
  // As the kinds' schemas have checked them.
  const number = (parameter: string) => parameters[parameter] as number;
  switch (kind.kind) {
    case 'conv':
      return { is: 'conv', name, side: number('filter'), inputs: input[2], outputs: number('filters') };
    case 'pool':
      return { is: 'pool', name, pooling };
    case 'lrn': {
      const size = 2 * number('depthRadius') + 1;
      const [alpha, beta, bias] = [size * number('alpha'), number('beta'), number('bias')];
      return { is: 'lrn', name, size, alpha, beta, bias };
    }
    case 'fc':
      return { is: 'fc', name, input, units: number('units'), hidden: parameters['hidden'] as boolean };
    default:
      throw new Error(`Internal error: no word for a layer of kind "${kind.kind}"`);
  }
}

/** Numbers of an array. */
export function lengthOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
