/** Local response normalisation (Krizhevsky et al. 2012, Sect. 3.3), which the paper finds no gain in (net A-LRN). */
import { Type, type Static } from '../../util/type.js';
import type { LayerKind } from '../layer-kind.js';

const description =
  'Local response normalisation: x / (bias + alpha * sum of x^2 over neighbouring channels)^beta.';

const schema = Type.Object(
  {
    kind: Type.Literal('lrn', { description }),
    depthRadius: Type.Integer({
      minimum: 0,
      default: 2,
      description: "Neighbours to each side of a channel; 2 is Krizhevsky's n = 5.",
    }),
    bias: Type.Number({ exclusiveMinimum: 0, default: 2, description: "Krizhevsky's k." }),
    alpha: Type.Number({
      minimum: 0,
      default: 1e-4,
      description: 'Factor on the sum of squares, as printed; Caffe and PyTorch divide theirs by n.',
    }),
    beta: Type.Number({ minimum: 0, default: 0.75, description: 'Exponent.' }),
  },
  { additionalProperties: false, description },
);

export const lrn: LayerKind<Static<typeof schema>> = {
  kind: 'lrn',
  description,
  schema,
  outputSize: (_layer, input) => input,
  parameterShapes: () => [],
  window: () => ({ side: 1, stride: 1, padding: 0 }),
  multiplyAdds: () => 0,
  largest: ({ parameters: { bias, beta } }, input) => input / bias ** beta,
  forward: ({ parameters }, x, { ops }) => ({ output: ops.lrn(x, parameters), kept: [] }),
  forwardDense: ({ parameters }, x, { ops }) => ops.lrn(x, parameters),
  backward: ({ parameters }, { input, output }, dy, { ops, wantsInput }) => ({
    input: wantsInput ? ops.replace(dy, ops.lrnGrad(input, output, dy, parameters)) : dy,
    parameters: {},
  }),
};
