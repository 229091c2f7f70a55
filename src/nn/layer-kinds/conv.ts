/** Convolutions of stride 1 whose padding keeps the size, with ReLU (Sect. 2.1). */
import { Type, type Static } from '../../util/type.js';
import { type Layer, type LayerKind, type Pass, scaled } from '../layer-kind.js';
import type { DeviceArray } from '../ops.js';

/** Only odd filters have a centre. */
export const FILTER_SIDES = [1, 3, 5, 7, 9, 11] as const;

const description = 'Convolution of stride 1 that keeps the size, with bias, then ReLU.';

const schema = Type.Object(
  {
    kind: Type.Literal('conv', { description }),
    filter: Type.Enum([...FILTER_SIDES], { description: 'Side of the square filter.', examples: [3] }),
    filters: Type.Integer({
      minimum: 1,
      maximum: 99_999,
      description: 'Filters, which are the channels of the result, at width 1.',
      examples: [64],
    }),
  },
  { additionalProperties: false, description },
);

type Conv = Static<typeof schema>;

/** [height, width, channels in, channels out]. */
function weightShape({ parameters, input }: Layer<Conv>): readonly [number, number, number, number] {
  return [parameters.filter, parameters.filter, input[2], parameters.filters];
}

export const conv: LayerKind<Conv> = {
  kind: 'conv',
  description,
  schema,
  atWidth: (parameters, width) => ({ ...parameters, filters: scaled(parameters.filters, width) }),
  outputSize: ({ parameters }, [height, width]) => [height, width, parameters.filters],
  parameterShapes: (layer) => [
    { name: 'weight', shape: weightShape(layer), bias: false },
    { name: 'bias', shape: [layer.parameters.filters], bias: true },
  ],
  window: ({ parameters: { filter } }) => ({ side: filter, stride: 1, padding: (filter - 1) / 2 }),
  multiplyAdds: ({ parameters: { filter, filters } }, [height, width, channels]) =>
    height * width * filter ** 2 * channels * filters,
  largest: (_layer, input, parameter) => largestSum(input, parameter),
  forward: (_layer, x, pass) => ({ output: convolve(x, pass), kept: [] }),
  forwardDense: (_layer, x, pass) => convolve(x, pass),
  backward(layer, { input, output }, dy, { ops, parameter, wantsInput }) {
    const dz = ops.replace(dy, ops.reluGrad(dy, output));
    const bias = ops.biasGrad(dz);
    const weight = ops.conv2dFilterGrad(input, weightShape(layer), dz, 'same');
    const dx = wantsInput ? ops.conv2dInputGrad(input.shape, parameter('weight'), dz, 'same') : undefined;
    ops.free(dz);
    return { input: dx, parameters: { weight, bias } };
  },
};

/** With the layer's arrays `weight` and `bias`. */
function convolve<A extends DeviceArray>(x: A, { ops, parameter, finite }: Pass<A>): A {
  const [weight, bias] = [parameter('weight'), parameter('bias')];
  if (finite) return ops.conv2dBiasRelu(x, weight, bias, 'same');
  const biased = ops.conv2dBias(x, weight, bias, 'same');
  return ops.replace(biased, ops.relu(biased));
}

/** The largest magnitude of a sum of weighted inputs and a bias; each filter's weights are the last axis of `weight`. */
export function largestSum(input: number, parameter: (name: string) => Float32Array): number {
  const [weight, bias] = [parameter('weight'), parameter('bias')];
  const sums = Float64Array.from(bias, Math.abs);
  for (const [i, w] of weight.entries()) sums[i % bias.length]! += input * Math.abs(w);
  return sums.reduce((a, b) => Math.max(a, b), 0);
}
