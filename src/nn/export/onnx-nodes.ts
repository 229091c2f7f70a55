/** A net as operators of ONNX, one after another from `image` to `scores`. */
import { unreachable } from '../../util/unreachable.js';
import type { ExportedLayer } from './exported-net.js';

/** By the type that ONNX gives it. */
export type Attribute =
  { readonly float: number } | { readonly int: number } | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly operator: string;
  readonly name: string;
  /** What it reads: the output of the one before it, then weights. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A node that does not know yet what it reads. */
interface Step {
  readonly operator: string;
  readonly name: string;
  readonly weights?: readonly string[];
  readonly attributes?: OnnxNode['attributes'];
}

/** @param dense over maps of any size: fully-connected layers are convolutions, scores are averaged over positions */
export function onnxNodes(layers: readonly ExportedLayer[], dense: boolean): readonly OnnxNode[] {
  const first = layers.findIndex(({ is }) => is === 'fc');
  const flatten: Step = { operator: 'Flatten', name: 'flatten', attributes: { axis: { int: 1 } } };
  const ofLayer = (layer: ExportedLayer) => stepsOf(layer, dense);
  const steps = dense
    ? [...layers.flatMap(ofLayer), { operator: 'GlobalAveragePool', name: 'mean' }, flatten]
    : [...layers.slice(0, first).flatMap(ofLayer), flatten, ...layers.slice(first).flatMap(ofLayer)];
  const outputs = steps.map(({ name }, i) => (i === steps.length - 1 ? 'scores' : name));
  return steps.map(({ operator, name, weights = [], attributes = {} }, i) => ({
    ...{ operator, name, attributes },
    inputs: [outputs[i - 1] ?? 'image', ...weights],
    output: outputs[i]!,
  }));
}

function stepsOf(layer: ExportedLayer, dense: boolean): readonly Step[] {
  const { name } = layer;
  const weights = [`${name}.weight`, `${name}.bias`];
  const relu: Step = { operator: 'Relu', name: `${name}.relu` };
  switch (layer.is) {
    case 'conv':
      return [
        { operator: 'Conv', name, weights, attributes: windows(layer.side, (layer.side - 1) / 2) },
        relu,
      ];
    case 'pool': {
      const ceil = layer.pooling === 'ceil' ? 1 : 0;
      const sides = { ints: [2, 2] };
      const attributes = { kernel_shape: sides, strides: sides, ceil_mode: { int: ceil } };
      return [{ operator: 'MaxPool', name, attributes }];
    }
    case 'lrn': {
      const { size, alpha, beta, bias } = layer;
      const numbers = { alpha: { float: alpha }, beta: { float: beta }, bias: { float: bias } };
      return [{ operator: 'LRN', name, attributes: { size: { int: size }, ...numbers } }];
    }
    case 'fc': {
      const product: Step = dense
        ? { operator: 'Conv', name, weights, attributes: windows(layer.input[0], 0) }
        : { operator: 'Gemm', name, weights, attributes: { transB: { int: 1 } } };
      return layer.hidden ? [product, relu] : [product];
    }
    default:
      return unreachable(layer);
  }
}

/** @param border px of zeros on each side */
function windows(side: number, border: number): OnnxNode['attributes'] {
  return { kernel_shape: { ints: [side, side] }, pads: { ints: [border, border, border, border] } };
}
