/** A layer kind that a user's package could bring: parametric ReLU (He et al. 2015) about a threshold. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Type, type Static } from 'typebox';
import type { LayerKind, Pass } from '../../src/nn/layer-kind.js';
import { BUILT_IN_LAYER_KINDS, LayerKinds } from '../../src/nn/layer-kinds.js';
import { buildNet, type Net, parameterShapes } from '../../src/nn/net.js';
import { initialise } from '../../src/nn/net-state.js';
import type { DeviceArray } from '../../src/nn/ops.js';
import { UserError } from '../../src/util/user-error.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { caseOf, type NumericCase, relativeDistance, trainCase } from '../support/numeric-case.js';
import { withSession } from '../support/tiny-case.js';
import { assertGradientsAreSlopes, withoutExactKinks } from './support/slopes.js';

const description =
  'Gives each channel a shift that is learnt, and what is then negative a slope that is learnt.';

const schema = Type.Object(
  {
    kind: Type.Literal('prelu', { description }),
    slope: Type.Number({ default: 0.25, description: 'Slope of negative numbers at the start.' }),
  },
  { additionalProperties: false, description },
);

const prelu: LayerKind<Static<typeof schema>> = {
  kind: 'prelu',
  description,
  schema,
  outputSize: (_layer, input) => input,
  parameterShapes: ({ input, parameters }) => [
    { name: 'slope', shape: [input[2]], bias: false, initial: parameters.slope },
    { name: 'shift', shape: [input[2]], bias: true, initial: -0.5 },
  ],
  multiplyAdds: (_layer, [height, width, channels]) => height * width * channels,
  forward: (_layer, x, pass) => {
    const { positive, negative } = parts(x, pass);
    return { output: joined(positive, negative, pass), kept: [positive, negative] };
  },
  forwardDense: (_layer, x, pass) => {
    const { positive, negative } = parts(x, pass);
    const y = joined(positive, negative, pass);
    pass.ops.free(positive);
    pass.ops.free(negative);
    return y;
  },
  backward(_layer, { kept: [positive, negative] }, dy, { ops, parameter }) {
    const products = ops.multiply(dy, negative!);
    const slope = ops.replace(products, ops.biasGrad(products));
    // `negative` is the positive part of -x, so where it is positive, the gradient has the slope.
    const where = ops.reluGrad(dy, negative!);
    const below = ops.replace(where, ops.multiply(where, parameter('slope')));
    const above = ops.replace(dy, ops.reluGrad(dy, positive!));
    const dx = ops.add(above, below);
    ops.free(above);
    ops.free(below);
    return {
      input: dx,
      parameters: { slope: ops.replace(slope, ops.scale(slope, -1)), shift: ops.biasGrad(dx) },
    };
  },
};

/** The positive parts of x + shift and of its negative. */
function parts<A extends DeviceArray>(x: A, { ops, parameter }: Pass<A>) {
  const shifted = ops.biasAdd(x, parameter('shift'));
  const positive = ops.relu(shifted);
  const turned = ops.replace(shifted, ops.scale(shifted, -1));
  return { positive, negative: ops.replace(turned, ops.relu(turned)) };
}

function joined<A extends DeviceArray>(positive: A, negative: A, { ops, parameter }: Pass<A>): A {
  const sloped = ops.multiply(negative, parameter('slope'));
  const turned = ops.replace(sloped, ops.scale(sloped, -1));
  return ops.replace(turned, ops.add(positive, turned));
}

const kinds = new LayerKinds([...BUILT_IN_LAYER_KINDS, prelu]);

/** Named as user's nets are, with the own kind first, in the middle and after a normalisation. */
function userNet(): Net {
  const layers = [
    { kind: 'prelu', slope: 0.5 },
    'conv3-128',
    'maxpool',
    'conv5-128',
    'lrn',
    { kind: 'prelu' },
    'maxpool',
    'conv1-256',
    'maxpool',
  ];
  const shape = { net: 'mine', layers, width: 1 / 32, crop: 32, classes: 5, pooling: 'ceil' } as const;
  return buildNet(shape, kinds);
}

function userCase(): NumericCase {
  return withoutExactKinks(caseOf(userNet(), 2));
}

test('a net with a user’s own layer kind has its arrays under the names of its layers', () => {
  const net = userNet();
  const own = parameterShapes(net).filter(({ name }) => name.startsWith('prelu'));
  assert.deepEqual(own, [
    { name: 'prelu1_1.slope', shape: [3], bias: false, initial: 0.5 },
    { name: 'prelu1_1.shift', shape: [3], bias: true, initial: -0.5 },
    { name: 'prelu2_1.slope', shape: [4], bias: false, initial: 0.25 },
    { name: 'prelu2_1.shift', shape: [4], bias: true, initial: -0.5 },
  ]);
  const { weights } = initialise(net, 'he', 1);
  assert.deepEqual([...weights.get('prelu1_1.slope')!.data], [0.5, 0.5, 0.5]);
  assert.deepEqual([...weights.get('prelu2_1.shift')!.data], [-0.5, -0.5, -0.5, -0.5]);
});

test('without its kind the net is refused', () => {
  assert.throws(() => buildNet(userNet().shape), UserError);
});

for (const backend of availableBackends()) {
  test(`${backend}: a user’s own layer kind trains, and its gradients are slopes of the loss`, async () => {
    const engine = await engineOf(backend);
    const numeric = userCase();
    assertGradientsAreSlopes(engine, numeric, /^(prelu|conv)/);
    const { losses, state } = trainCase(engine, { ...numeric, steps: 4 });
    assert.ok(losses.at(-1)! < losses[0]!, losses.join());
    for (const name of ['prelu1_1.slope', 'prelu1_1.shift', 'prelu2_1.slope', 'prelu2_1.shift']) {
      const moved = relativeDistance(state.weights.get(name)!.data, numeric.state.weights.get(name)!.data);
      assert.ok(moved > 1e-4, `${name} moved by ${moved}`);
    }
    assert.equal(engine.liveArrays(), 0);
  });

  test(`${backend}: a user’s own layer kind is applied to whole images and leaves no array behind`, async () => {
    const engine = await engineOf(backend);
    const numeric = userCase();
    withSession(engine, numeric, (session) => {
      const before = engine.liveArrays();
      const map = session.scoreMap(numeric.dense);
      assert.deepEqual([map.rows, map.columns], [10, 14]);
      session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0.001 });
      assert.equal(engine.liveArrays(), before);
    });
  });
}

test('a layer kind that forgets a gradient is named', async () => {
  const forgetful: LayerKind<Static<typeof schema>> = {
    ...prelu,
    backward: (_layer, _trace, dy) => ({ input: dy, parameters: { slope: dy } }),
  };
  const net = buildNet(userNet().shape, new LayerKinds([...BUILT_IN_LAYER_KINDS, forgetful]));
  const numeric = caseOf(net);
  const engine = await engineOf(availableBackends().at(-1)!);
  withSession(engine, numeric, (session) => {
    assert.throws(() => session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0 }), {
      name: 'UserError',
      message: 'Layer kind "prelu" gave no gradient of shift for prelu2_1.',
    });
  });
});
