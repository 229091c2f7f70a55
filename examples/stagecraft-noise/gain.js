/** A kind of layer: a factor for each channel, which is learnt. */
import { Type } from 'stagecraft/plugin';

/** @import { LayerObject, PluginLayer } from 'stagecraft/plugin' */

const description = 'Multiplies each channel by a number that is learnt.';

/** @type {PluginLayer<LayerObject & { start: number }>} */
export const gain = {
  kind: 'gain',
  version: '1',
  description,
  schema: Type.Object(
    {
      kind: Type.Literal('gain', { description }),
      start: Type.Number({ default: 1, description: 'What all factors are at the start.' }),
    },
    { additionalProperties: false, description },
  ),
  outputSize: (_layer, size) => size,
  parameterShapes: ({ input, parameters }) => [
    { name: 'factor', shape: [input[2]], bias: false, initial: parameters.start },
  ],
  multiplyAdds: (_layer, [height, width, channels]) => height * width * channels,
  forward: (_layer, x, { ops, parameter }) => ({ output: ops.multiply(x, parameter('factor')), kept: [] }),
  forwardDense: (_layer, x, { ops, parameter }) => ops.multiply(x, parameter('factor')),
  backward: (_layer, { input }, dy, { ops, parameter }) => {
    const products = ops.multiply(dy, input);
    const factor = ops.replace(products, ops.biasGrad(products));
    return { input: ops.replace(dy, ops.multiply(dy, parameter('factor'))), parameters: { factor } };
  },
};
