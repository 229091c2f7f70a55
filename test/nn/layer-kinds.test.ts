import assert from 'node:assert/strict';
import test from 'node:test';
import type { LayerKind } from '../../src/nn/layer-kind.js';
import { BUILT_IN_LAYER_KINDS, LayerKinds } from '../../src/nn/layer-kinds.js';
import { lrn } from '../../src/nn/layer-kinds/lrn.js';
import { buildNet } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';
import { UserError } from '../../src/util/user-error.js';

const builtIn = new LayerKinds(BUILT_IN_LAYER_KINDS);
const REST = { width: 1 / 16, crop: 32, classes: 5, pooling: 'floor' } as const;

function refuses(action: () => unknown, message: string): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, message);
    return true;
  });
}

test('a kind is found by its name', () => {
  assert.deepEqual(
    builtIn.all.map(({ kind }) => kind),
    ['conv', 'pool', 'lrn', 'fc'],
  );
  assert.equal(builtIn.get('lrn'), lrn);
});

test('a kind that does not exist is refused with those that do', () => {
  refuses(
    () => builtIn.get('covn'),
    'There is no layer kind "covn". Did you mean "conv"? Layer kinds: conv, pool, lrn, fc.',
  );
  refuses(
    () => builtIn.get('attention'),
    'There is no layer kind "attention". Layer kinds: conv, pool, lrn, fc.',
  );
});

test('two kinds of one name are refused, and a name that cannot stand in an array’s name', () => {
  refuses(() => new LayerKinds([...BUILT_IN_LAYER_KINDS, lrn]), 'There are two layer kinds "lrn".');
  const named: LayerKind = { ...builtIn.get('lrn'), kind: 'a.b' };
  refuses(() => new LayerKinds([named]), '"a.b" cannot name a layer kind: letters, digits and "-" can.');
});

test('the short form of a layer and its object are the same layer, with defaults filled in', () => {
  for (const [short, long] of [
    ['conv3-64', { kind: 'conv', filter: 3, filters: 64 }],
    ['maxpool', { kind: 'pool' }],
    ['lrn', { kind: 'lrn', depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 }],
  ] as const) {
    assert.deepEqual(builtIn.resolve(short), builtIn.resolve(long));
    assert.deepEqual(builtIn.resolve(short).parameters, long);
  }
});

test('defaults are filled in without touching what was given', () => {
  const given = Object.freeze({ kind: 'lrn', beta: 0.5 });
  assert.deepEqual(builtIn.resolve(given).parameters, { ...lrnDefaults, beta: 0.5 });
  assert.deepEqual(given, { kind: 'lrn', beta: 0.5 });
});

const lrnDefaults = { kind: 'lrn', depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 };

test('a layer with wrong parameters is refused', () => {
  refuses(
    () => builtIn.resolve({ kind: 'conv', filter: 4, filters: 64 }),
    'Layer {"kind":"conv","filter":4,"filters":64}: "filter" must be equal to one of the allowed values (1, 3, 5, 7, 9, 11).',
  );
  refuses(
    () => builtIn.resolve({ kind: 'lrn', betta: 1 }),
    'Layer {"kind":"lrn","betta":1} must NOT have additional properties (betta).',
  );
  refuses(
    () => builtIn.resolve({ kind: 'conv', filter: 3 }),
    'Layer {"kind":"conv","filter":3} must have required property \'filters\'.',
  );
  assert.throws(() => builtIn.resolve('conv3x64'), UserError);
});

test('every key of a kind has a description, and an example, a default or a fixed value', () => {
  for (const { kind, schema, description } of BUILT_IN_LAYER_KINDS) {
    const { properties, additionalProperties } = schema as unknown as {
      properties: Record<string, Record<string, unknown>>;
      additionalProperties: boolean;
    };
    assert.match(description, /\.$/);
    assert.equal(additionalProperties, false);
    assert.equal(properties['kind']!['const'], kind);
    for (const [key, value] of Object.entries(properties)) {
      assert.match(String(value['description']), /\.$/, `${kind}.${key}`);
      assert.ok('examples' in value || 'default' in value || 'const' in value, `${kind}.${key}`);
    }
  }
});

test('a layer that leaves nothing of the crop is refused by name', () => {
  const layers = ['conv3-8', ...new Array<string>(6).fill('maxpool')];
  refuses(
    () => buildNet({ ...REST, net: 'deep', layers }),
    'Net deep at a crop of 32 px: nothing is left after pool6.',
  );
  assert.equal(buildNet({ ...REST, pooling: 'ceil', net: 'deep', layers }).layers.at(-4)!.name, 'pool6');
});

test('layers are counted by kind within their block', () => {
  const layers = ['conv3-8', 'lrn', 'conv1-8', 'lrn', 'maxpool', { kind: 'fc', units: 32 }, 'conv5-8'];
  const net = buildNet({ ...REST, net: 'mixed', layers });
  assert.deepEqual(
    net.layers.map(({ name }) => name),
    ['conv1_1', 'lrn1_1', 'conv1_2', 'lrn1_2', 'pool1', 'fc2_1', 'conv2_1', 'fc6', 'fc7', 'fc8'],
  );
  assert.deepEqual(net.layers[5]!.parameters, { kind: 'fc', units: 2, hidden: true });
});

test('a net carries its kinds, so that who holds it needs no registry', () => {
  const { layers } = buildNet(netShape('A-LRN', REST));
  for (const { kind, parameters } of layers) assert.equal(kind, builtIn.get(parameters.kind));
});
