/** From a net's description to its layers with all shapes: what an engine runs and a checkpoint describes. */
import { UserError } from '../util/user-error.js';
import type { Layer, LayerKind, LayerObject, ParameterShape, Size } from './layer-kind.js';
import { BUILT_IN, type LayerKinds } from './layer-kinds.js';
import { fullyConnected } from './layer-kinds/fully-connected.js';
import type { LayerSpec } from './layer-spec.js';
import type { Pooling } from './pooling.js';

/** Units of the first two fully-connected layers at full width. */
const HIDDEN_UNITS = 4096;

/** What the user chooses about a net; plain JSON. */
export interface NetShape {
  /** Its name, for captions: a letter of Table 1 or the user's own. */
  readonly net: string;
  /** The part before the three fully-connected layers, at full width. */
  readonly layers: readonly LayerSpec[];
  /** Factor on all channel and unit counts; 1 is the paper's net. */
  readonly width: number;
  /** Side of the square training crop in px, at least 32. */
  readonly crop: number;
  readonly classes: number;
  readonly pooling: Pooling;
}

export interface Net {
  readonly shape: NetShape;
  readonly layers: readonly Layer[];
}

/** The pools of a net are too many for its crop. */
export class NothingLeft extends UserError {
  override readonly name = 'NothingLeft';
}

/**
 * Lays a net out. Layers are named `conv<block>_<n>`, `pool<block>`, `fc6` to `fc8`; n counts the layers of a
 * kind in a block, so a net's convolutions keep their names when other layers come between them.
 * @throws UserError if a layer is of no kind that is given, has wrong parameters or leaves nothing of the crop
 */
export function buildNet(shape: NetShape, kinds: LayerKinds = BUILT_IN): Net {
  const layers: Layer[] = [];
  let size: Size = [shape.crop, shape.crop, 3];
  const append = (kind: LayerKind, name: string, parameters: LayerObject) => {
    const layer = { kind, name, parameters, input: size, pooling: shape.pooling };
    layers.push(layer);
    size = kind.outputSize(layer, size);
    if (Math.min(...size) < 1)
      throw new NothingLeft(`Net ${shape.net} at a crop of ${shape.crop} px: nothing is left after ${name}.`);
  };
  const atWidth = (kind: LayerKind, parameters: LayerObject) =>
    kind.atWidth?.(parameters, shape.width) ?? parameters;
  let block = 1;
  let inBlock = new Map<string, number>();
  for (const spec of shape.layers) {
    const { kind, parameters } = kinds.resolve(spec);
    const n = (inBlock.get(kind.kind) ?? 0) + 1;
    append(
      kind,
      kind.endsBlock ? `${kind.kind}${block}` : `${kind.kind}${block}_${n}`,
      atWidth(kind, parameters),
    );
    if (kind.endsBlock) {
      block += 1;
      inBlock = new Map();
    } else inBlock.set(kind.kind, n);
  }
  const hidden = atWidth(fullyConnected, { kind: 'fc', units: HIDDEN_UNITS, hidden: true });
  append(fullyConnected, 'fc6', hidden);
  append(fullyConnected, 'fc7', hidden);
  append(fullyConnected, 'fc8', { kind: 'fc', units: shape.classes, hidden: false });
  return { shape, layers };
}

/** What each layer makes of an image of height x width px, in the order of the layers. */
export function outputSizes(net: Net, height: number, width: number): readonly Size[] {
  let size: Size = [height, width, 3];
  return net.layers.map((layer) => (size = layer.kind.outputSize(layer, size)));
}

/** Positions of the class-score map along an image side of `px` pixels (1 at the training crop). */
export function positionsAlong(net: Net, px: number): number {
  return outputSizes(net, px, px).at(-1)![0];
}

/** All arrays that are learnt, in the order of the layers: `conv1_1.weight`, `conv1_1.bias`, ... */
export function parameterShapes(net: Net): readonly ParameterShape[] {
  return net.layers.flatMap((layer) =>
    layer.kind
      .parameterShapes(layer)
      .map((parameter) => ({ ...parameter, name: `${layer.name}.${parameter.name}` })),
  );
}

export function parameterCount(net: Net): number {
  return parameterShapes(net).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/**
 * Products of weights and activations for one image of height x width px, with the net applied densely; at the
 * crop that is one forward pass of training. Biases, ReLU, pools and LRN are not counted.
 */
export function multiplyAdds(net: Net, height: number, width: number): number {
  let size: Size = [height, width, 3];
  let sum = 0;
  for (const layer of net.layers) {
    sum += layer.kind.multiplyAdds(layer, size);
    size = layer.kind.outputSize(layer, size);
  }
  return sum;
}
