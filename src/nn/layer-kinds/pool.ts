/** Max-pools of 2x2, stride 2 (Sect. 2.1). */
import { Type, type Static } from '../../util/type.js';
import type { LayerKind } from '../layer-kind.js';
import { pooledSide } from '../pooling.js';

const description = 'Max-pool of 2x2 with stride 2; odd sides are rounded as the net says.';

const schema = Type.Object(
  { kind: Type.Literal('pool', { description }) },
  { additionalProperties: false, description },
);

export const pool: LayerKind<Static<typeof schema>> = {
  kind: 'pool',
  description,
  schema,
  endsBlock: true,
  outputSize: ({ pooling }, [height, width, channels]) => [
    pooledSide(height, pooling),
    pooledSide(width, pooling),
    channels,
  ],
  parameterShapes: () => [],
  window: () => ({ side: 2, stride: 2, padding: 0 }),
  multiplyAdds: () => 0,
  largest: (_layer, input) => input,
  forward: ({ pooling }, x, { ops }) => ({ output: ops.maxPool(x, pooling), kept: [] }),
  forwardDense: ({ pooling }, x, { ops }) => ops.maxPool(x, pooling),
  backward: ({ pooling }, { input, output }, dy, { ops }) => ({
    input: ops.replace(dy, ops.maxPoolGrad(input, output, dy, pooling)),
    parameters: {},
  }),
};
