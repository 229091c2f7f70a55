/** From a net's name to its layers with all shapes: what an engine runs and a checkpoint describes. */
import { HIDDEN_UNITS, NETS, type NetName } from './nets.js';

/** How a 2x2 pool treats an odd side: `ceil` as Caffe (and the paper), `floor` as torchvision. */
export type Pooling = 'ceil' | 'floor';

/** What the user chooses about a net. */
export interface NetShape {
  readonly net: NetName;
  /** Factor on all channel and unit counts; 1 is the paper's net. */
  readonly width: number;
  /** Side of the square training crop in px, at least 32. */
  readonly crop: number;
  readonly classes: number;
  readonly pooling: Pooling;
}

export interface ConvLayer {
  readonly kind: 'conv';
  readonly name: string;
  /** [height, width, channels in, channels out]; stride 1, padding that keeps the size. */
  readonly weight: readonly [number, number, number, number];
}

export interface PoolLayer {
  readonly kind: 'pool';
  readonly name: string;
}

/** A fully-connected layer, stored as the convolution that dense evaluation applies (Sect. 3.2). */
export interface FcLayer {
  readonly kind: 'fc';
  readonly name: string;
  /** [height, width, channels in, units]; row-major, so it is also the matrix [height*width*channels, units]. */
  readonly weight: readonly [number, number, number, number];
  /** Hidden layers are followed by ReLU and dropout; the last one gives the class scores. */
  readonly hidden: boolean;
}

export type Layer = ConvLayer | PoolLayer | FcLayer;

export interface Net {
  readonly shape: NetShape;
  readonly layers: readonly Layer[];
}

/** A named array of a net: `conv1_1.weight`, `fc8.bias`. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Side after one 2x2 pool of stride 2. */
export function pooledSide(side: number, pooling: Pooling): number {
  return pooling === 'ceil' ? Math.ceil(side / 2) : Math.floor(side / 2);
}

/** Positions of the class-score map along an image side of `px` pixels (1 at the training crop). */
export function positionsAlong(net: Net, px: number): number {
  const side = (length: number) =>
    net.layers.reduce((s, layer) => (layer.kind === 'pool' ? pooledSide(s, net.shape.pooling) : s), length);
  return side(px) - side(net.shape.crop) + 1;
}

function scaled(channels: number, width: number): number {
  return Math.max(1, Math.round(channels * width));
}

/** Lays a net out. Layer names are the usual ones: `conv<block>_<n>`, `pool<block>`, `fc6` to `fc8`. */
export function buildNet(shape: NetShape): Net {
  const layers: Layer[] = [];
  let block = 1;
  let inBlock = 1;
  let channels = 3;
  let side = shape.crop;
  for (const item of NETS[shape.net]) {
    if (item === 'M') {
      layers.push({ kind: 'pool', name: `pool${block}` });
      side = pooledSide(side, shape.pooling);
      block += 1;
      inBlock = 1;
      continue;
    }
    const filters = scaled(item, shape.width);
    layers.push({ kind: 'conv', name: `conv${block}_${inBlock}`, weight: [3, 3, channels, filters] });
    channels = filters;
    inBlock += 1;
  }
  const hidden = scaled(HIDDEN_UNITS, shape.width);
  layers.push(
    { kind: 'fc', name: 'fc6', weight: [side, side, channels, hidden], hidden: true },
    { kind: 'fc', name: 'fc7', weight: [1, 1, hidden, hidden], hidden: true },
    { kind: 'fc', name: 'fc8', weight: [1, 1, hidden, shape.classes], hidden: false },
  );
  return { shape, layers };
}

/** Weights and biases in the order of the layers. */
export function parameterShapes(net: Net): readonly ParameterShape[] {
  return net.layers.flatMap((layer) =>
    layer.kind === 'pool'
      ? []
      : [
          { name: `${layer.name}.weight`, shape: layer.weight },
          { name: `${layer.name}.bias`, shape: [layer.weight[3]] },
        ],
  );
}

export function parameterCount(net: Net): number {
  return parameterShapes(net).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
