/** Fully-connected layers, stored as the convolutions that dense evaluation applies (Sect. 3.2). */
import { Type, type Static } from '../../util/type.js';
import { type Layer, type LayerKind, type Pass, scaled } from '../layer-kind.js';
import type { DeviceArray } from '../ops.js';
import { largestSum } from './conv.js';

const description =
  'Fully-connected layer, with ReLU and dropout where it is hidden; over larger images a convolution.';

const schema = Type.Object(
  {
    kind: Type.Literal('fc', { description }),
    units: Type.Integer({ minimum: 1, description: 'Units at width 1.', examples: [4096] }),
    hidden: Type.Boolean({ default: true, description: 'Whether ReLU and dropout follow.' }),
  },
  { additionalProperties: false, description },
);

type FullyConnected = Static<typeof schema>;

/** [height, width, channels in, units]; row-major, so it is also the matrix [height * width * channels, units]. */
function weightShape({
  parameters,
  input,
}: Layer<FullyConnected>): readonly [number, number, number, number] {
  return [...input, parameters.units];
}

export const fullyConnected: LayerKind<FullyConnected> = {
  kind: 'fc',
  description,
  schema,
  atWidth: (parameters, width) => ({ ...parameters, units: scaled(parameters.units, width) }),
  outputSize: ({ parameters, input }, [height, width]) => [
    height - input[0] + 1,
    width - input[1] + 1,
    parameters.units,
  ],
  parameterShapes: (layer) => [
    { name: 'weight', shape: weightShape(layer), bias: false },
    { name: 'bias', shape: [layer.parameters.units], bias: true },
  ],
  window: ({ input }) => ({ side: input[0], stride: 1, padding: 0 }),
  multiplyAdds(layer, size) {
    const [rows, columns] = fullyConnected.outputSize(layer, size);
    return rows * columns * weightShape(layer).reduce((a, b) => a * b, 1);
  },
  largest: (_layer, input, parameter) => largestSum(input, parameter),
  forwardDense({ parameters: { hidden } }, x, { ops, parameter }) {
    const map = ops.fullyConnectedMap(x, parameter('weight'), parameter('bias'));
    return hidden ? ops.replace(map, ops.relu(map)) : map;
  },
  /** At the training crop it is one matrix product. Kept where hidden: the output before dropout, the mask. */
  forward(layer, x, pass) {
    const { ops, parameter } = pass;
    const { units, hidden } = layer.parameters;
    const shape = [x.shape[0]!, 1, 1, units];
    const products = asMatrices(layer, x, pass, (rows, weight) => ops.matMul(rows, weight, false, false));
    const biased = ops.replace(products, ops.biasAdd(products, parameter('bias')));
    if (!hidden) return { output: ops.replace(biased, ops.reshape(biased, shape)), kept: [] };
    const activation = ops.replace(biased, ops.relu(biased));
    const mask = pass.dropoutMask(units);
    if (!mask) return { output: ops.reshape(activation, shape), kept: [activation] };
    const dropped = ops.multiply(activation, mask);
    return { output: ops.replace(dropped, ops.reshape(dropped, shape)), kept: [activation, mask] };
  },
  backward(layer, { input, kept: [activation, mask] }, dy, pass) {
    const { ops } = pass;
    let dz = ops.replace(dy, ops.reshape(dy, [dy.shape[0]!, layer.parameters.units]));
    if (mask) dz = ops.replace(dz, ops.multiply(dz, mask));
    if (activation) dz = ops.replace(dz, ops.reluGrad(dz, activation));
    const bias = ops.biasGrad(dz);
    const [weight, dx] = asMatrices(layer, input, pass, (rows, matrix) => {
      const dWeight = ops.matMul(rows, dz, true, false);
      const dRows = ops.matMul(dz, matrix, false, true);
      return [
        ops.replace(dWeight, ops.reshape(dWeight, weightShape(layer))),
        ops.replace(dRows, ops.reshape(dRows, input.shape)),
      ] as const;
    });
    ops.free(dz);
    return { input: dx, parameters: { weight, bias } };
  },
};

/** The input as [images, inputs], the weight as [inputs, units]. */
function asMatrices<A extends DeviceArray, T>(
  layer: Layer<FullyConnected>,
  input: A,
  { ops, parameter }: Pass<A>,
  use: (rows: A, weight: A) => T,
): T {
  const inputs = layer.input.reduce((a, b) => a * b, 1);
  const rows = ops.reshape(input, [input.shape[0]!, inputs]);
  const weight = ops.reshape(parameter('weight'), [inputs, layer.parameters.units]);
  const result = use(rows, weight);
  ops.free(rows);
  ops.free(weight);
  return result;
}
