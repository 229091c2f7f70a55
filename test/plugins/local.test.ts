/** Local modules as plugins, and plugins that are wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';
import { ALLOWED, command, plugin, recipes, SPEC } from './support/local-plugin.js';

const layerModule = (version: string): string => `
  const schema = ${JSON.stringify({
    type: 'object',
    required: ['kind'],
    properties: { kind: { type: 'string', const: 'twice', description: 'Twice.' } },
    additionalProperties: false,
  })};
  const method = () => { throw new Error('never called') };
  export default { stagecraft: 1, name: 'mine', layers: [{
    kind: 'twice', version: '${version}', description: 'Doubles.', schema,
    outputSize: (_, size) => size, parameterShapes: () => [], multiplyAdds: () => 0,
    forward: method, forwardDense: method, backward: method,
  }] };
`;

test('kinds of one name in two plugins, or in two versions of one, do not share results', async () => {
  const [mine] = await recipes(plugin());
  assert.deepEqual(await recipes(plugin()), [mine]);
  assert.notDeepEqual(await recipes(plugin({ name: 'theirs' })), [mine]);
  assert.notDeepEqual(await recipes(plugin({}, { version: '2' })), [mine]);
});

test('a net made of a layer of a plugin is trained again when the layer has another version, and only that net', async () => {
  const spec = `title: Layers
plugins: [./mine.mjs]
data: { kind: embedded }
nets:
  small: { layers: [conv3-64, { kind: twice }, maxpool] }
  plain: { layers: [conv3-64, maxpool] }
stages:
  aug: { kind: augment }
  trained: { kind: train, matrix: { net: [small, plain] }, net: '\${net}', augment: aug, S: 256, width: 0.125, epochs: 1 }
`;
  const [first, second] = await Promise.all(['1', '2'].map((version) => recipes(layerModule(version), spec)));
  assert.equal(first!.filter((recipe) => !second!.includes(recipe)).length, 1);
});

test('a local module that is allowed brings its kind, with its defaults and checks', async () => {
  const run = await command(plugin(), 'run', ...ALLOWED);
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /done +mine a \(size=3\)/);
  const wrong = await command(plugin(), 'run', ...ALLOWED, '--set', 'stages.a.size=0');
  assert.match(wrong.stderr, /stages\.a\.size is 0, but must be at least 1\. How large\./);
});

test('the way out names a local module as the current folder sees it', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('sub/mine.mjs', plugin());
  await scratch.write('sub/spec.yaml', SPEC);
  const refused = await stagecraft(scratch.folder, 'plan', 'sub/spec.yaml');
  const [, way] = /--allow-plugin (\S+),/.exec(refused.stderr)!;
  const allowed = await stagecraft(scratch.folder, 'plan', 'sub/spec.yaml', '--allow-plugin', way!);
  assert.equal(allowed.status, 0, allowed.stderr);
});

test('a local module that is not allowed is not run', async () => {
  const { status, stderr, stdout } = await command(`console.log('I ran');${plugin()}`, 'plan', 'spec.yaml');
  assert.equal(status, 2);
  assert.match(stderr, /wants to load "\.\/mine\.mjs"/);
  assert.doesNotMatch(stdout, /I ran/);
});

const schema = (properties: object, more: object = {}) => ({
  schema: { type: 'object', properties, additionalProperties: false, ...more },
});
const kind = { type: 'string', const: 'mine', description: 'Mine.' };

/** A plugin of other parts than stages, whose functions JSON cannot hold. */
const parts = (text: string) => `export default { stagecraft: 1, name: 'mine', ${text} };`;

const layer = (text: string) =>
  parts(`layers: [{ kind: 'mine', version: '1', description: 'Mine.', outputSize() {}, parameterShapes() {}, multiplyAdds() {},
    forward() {}, forwardDense() {}, backward() {}, ${text} }]`);

const WRONG: Readonly<Record<string, readonly [string, RegExp]>> = {
  'is no module': ['export default {', /The plugin "\.\/mine\.mjs": It cannot be loaded: .*/],
  'throws when it is loaded': ['throw new Error("No disk.")', /It cannot be loaded: No disk\./],
  'waits for what never comes': [
    'await new Promise(() => {});',
    /It cannot be loaded: it waits for something/,
  ],
  'ends the process': ['process.exit(0);', /It cannot be loaded: it calls process\.exit\(0\)\./],
  'has a key that means nothing': [
    plugin({ metric: [] }),
    /The key "metric" means nothing in a plugin\. Did you mean "metrics"\?/,
  ],
  'has a kind with a key that means nothing': [
    plugin({}, { costs: 1 }),
    /The key "costs" means nothing in a stage kind "mine"\. Did you mean "cost"\?/,
  ],
  'has an empty name': [plugin({ name: '' }), /It has no name\./],
  'exports nothing': ['export const a = 1;', /Its default export is no plugin/],
  'is made for another version': [plugin({ stagecraft: 2 }), /made for version 2 .*; this is version 1\./],
  'has no name': [plugin({ name: 3 }), /It has no name\./],
  'has a list that is none': [plugin({ metrics: {} }), /Its "metrics" is no list\./],
  'has a kind without work': [plugin({ stages: [{}] }), /needs a definition and create\(\)\./],
  'has a kind that exists': [
    plugin({}, { kind: 'train', ...schema({ kind: { ...kind, const: 'train' } }) }),
    /brings the stage kind "train", which exists already\./,
  ],
  'takes a word of the language': [
    plugin({}, schema({ kind, each: { type: 'string', description: 'x' } })),
    /has the key "each", which belongs to the language of specs\./,
  ],
  'does not explain a key': [
    plugin({}, schema({ kind, size: { type: 'integer' } })),
    /The key "size" .* has no description\./,
  ],
  'lets any key through': [
    plugin({}, schema({ kind }, { additionalProperties: true })),
    /The schema of its stage kind "mine" lets unknown keys through: make it by Strict\({...}\)\./,
  ],
  'has a schema of another kind': [
    plugin({}, schema({ kind: { ...kind, const: 'yours' } })),
    /its key "kind" must be Type\.Literal\("mine"\)\./,
  ],
  'has a schema that is none': [
    plugin({}, schema({ kind, size: { type: 'whole', description: 'x' } })),
    /The schema of its stage kind "mine" is no JSON Schema: .*type/,
  ],
  'has a word in a schema that JSON Schema has not': [
    plugin({}, schema({ kind, size: { typ: 'integer', description: 'x' } })),
    /is no JSON Schema: strict mode: unknown keyword: "typ"\./,
  ],
  'names a kind so that no file could be called after it': [
    plugin({}, { kind: '../mine' }),
    /A stage kind cannot be named "\.\.\/mine"/,
  ],
  'has a kind without a version': [
    plugin({}, { version: 1 }),
    /The version of its stage kind "mine" is a number/,
  ],
  'has an image set that takes a word of the language': [
    parts(
      "datasets: [{ schema: { kind: 'mine', description: 'x', properties: { name: {} } }, create() {} }]",
    ),
    /Its image set kind "mine" has the key "name", which belongs to the language of specs/,
  ],
  'has an image set that nobody makes': [
    parts("datasets: [{ schema: { kind: 'mine', description: 'x', properties: {} } }]"),
    /Each of its "datasets" needs a schema and create\(\)\./,
  ],
  'has a metric without a heading': [
    parts(
      "metrics: [{ name: 'nll', version: '1', artifact: 'scores', description: 'x', isErrorRate: false, measure() {} }]",
    ),
    /Its metric "nll" has no heading\./,
  ],
  'has a metric whose outcomes are no function': [
    parts(
      "metrics: [{ name: 'nll', version: '1', artifact: 'scores', description: 'x', heading: 'x', isErrorRate: true, measure() {}, outcomes: 1 }]",
    ),
    /The outcomes of its metric "nll" is a number, but must be a function\./,
  ],
  'has a metric that does not say whether it is a part of the images': [
    parts(
      "metrics: [{ name: 'nll', version: '1', artifact: 'scores', description: 'x', heading: 'x', measure() {} }]",
    ),
    /Its metric "nll" has no isErrorRate\./,
  ],
  'has a layer without a gradient': [
    layer(`schema: ${JSON.stringify(schema({ kind }).schema)}, backward: undefined`),
    /Its layer kind "mine" has no backward\(\)\./,
  ],
  'has a layer that does not explain a key': [
    layer(`schema: ${JSON.stringify(schema({ kind, slope: { type: 'number' } }).schema)}`),
    /The key "slope" of its layer kind "mine" has no description\./,
  ],
  'has a layer that exists': [
    layer(`kind: 'pool', schema: ${JSON.stringify(schema({ kind: { ...kind, const: 'pool' } }).schema)}`),
    /brings the layer kind "pool", which exists already\./,
  ],
  'has a default where none could be filled in': [
    plugin(
      {},
      schema({
        kind,
        a: {
          description: 'x',
          anyOf: [{ type: 'object', properties: { b: { type: 'integer', default: 1 } } }],
        },
      }),
    ),
    /is no JSON Schema: strict mode: default is ignored/,
  ],
  'has a layer that refers to what lies elsewhere among ours': [
    layer(
      `schema: ${JSON.stringify(schema({ kind, a: { description: 'x', $ref: '#/$defs/a' } }, { $defs: { a: { type: 'string' } } }).schema)}`,
    ),
    /its schemas cannot stand among ours: can't resolve reference #\/\$defs\/a/,
  ],
  'has inputs that are null': [plugin({}, { inputs: null }), /Its stage kind "mine" has no inputs\./],
};
for (const [name, [module, message]] of Object.entries(WRONG)) {
  test(`a plugin that ${name} is refused at its place in the spec`, async () => {
    const { status, stderr } = await command(module, 'plan', ...ALLOWED);
    assert.equal(status, 2);
    assert.match(stderr, /^spec\.yaml:2:11 /);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}

test('everything that is wrong with a plugin is said at once', async () => {
  const { stderr } = await command(
    plugin({ name: '', metric: [], layers: [{ kind: '../x' }] }),
    'plan',
    ...ALLOWED,
  );
  assert.equal(stderr.match(/The plugin "\.\/mine\.mjs": /g)?.length, 3);
});

test('two plugins of one name, which would share results, do not stand in one spec', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('spec.yaml', SPEC.replace('./mine.mjs', './mine.mjs, ./yours.mjs'));
  await scratch.write('mine.mjs', plugin());
  await scratch.write('yours.mjs', parts(''));
  const { stderr } = await stagecraft(scratch.folder, 'plan', ...ALLOWED, '--allow-plugin', './yours.mjs');
  assert.match(stderr, /^spec\.yaml:2:23 The plugin "\.\/yours\.mjs" is called "mine", as one before it/);
});

test('a package that is not installed is named, with the command that installs it', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('spec.yaml', SPEC.replace('./mine.mjs', 'stagecraft-nowhere'));
  const { status, stderr } = await stagecraft(scratch.folder, 'plan', 'spec.yaml');
  assert.equal(status, 2);
  assert.match(stderr, /No package "stagecraft-nowhere" is installed .*npm install stagecraft-nowhere/);
});

test('an error of a plugin in a worker fails its task with the message, and the run goes on', async () => {
  const module = plugin().replace("output.write('size.txt'", "nothing.write('size.txt'");
  const { status, stdout } = await command(module, 'run', ...ALLOWED);
  assert.equal(status, 1);
  assert.match(stdout, /FAILED +mine a \(size=3\) .*: ReferenceError: nothing is not defined/);
});
