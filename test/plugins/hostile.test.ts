/** Plugins beside each other, and plugins that misbehave: each is told where the user stands, and harms nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';
import { ALLOWED, command, plugin, recipes, SPEC } from './support/local-plugin.js';

/** An image set kind of two images, as a plugin of some name and version brings it. */
const setModule = (name: string, version?: string): string => `
  const schema = ${JSON.stringify({ kind: 'pair', description: 'Two images.', properties: {}, ...(version !== undefined && { version }) })};
  const create = () => ({ kind: 'pair', fingerprint: () => Promise.resolve('0') });
  export default { stagecraft: 1, name: '${name}', datasets: [{ schema, create }] };
`;

test('image sets of one kind in two plugins, or in two versions of one, are not the same images', async () => {
  const spec = `title: Sets
plugins: [./mine.mjs]
data: { kind: pair }
stages: { listed: { kind: index, split: val } }
`;
  const [mine] = await recipes(setModule('mine'), spec);
  assert.deepEqual(await recipes(setModule('mine', '1'), spec), [mine]);
  assert.notDeepEqual(await recipes(setModule('theirs'), spec), [mine]);
  assert.notDeepEqual(await recipes(setModule('mine', '2'), spec), [mine]);
});

test('two specs whose plugins bring kinds of one name are not run together', async () => {
  await using scratch = await Scratch.make();
  for (const name of ['one', 'two']) {
    await scratch.write(`${name}.mjs`, plugin({ name }));
    await scratch.write(`${name}.yaml`, SPEC.replace('mine.mjs', `${name}.mjs`));
  }
  const allowed = ['--allow-plugin', './one.mjs', '--allow-plugin', './two.mjs'];
  const both = await stagecraft(scratch.folder, 'run', 'one.yaml', 'two.yaml', ...allowed);
  assert.equal(both.status, 2);
  assert.match(
    both.stderr,
    /two\.mjs and one before it, both bring the stage kind "mine"\. Run the specs one/,
  );
  for (const spec of ['one.yaml', 'two.yaml']) {
    const alone = await stagecraft(scratch.folder, 'run', spec, ...allowed);
    assert.match(alone.stdout, /done +mine a/);
  }
});

for (const [what, expand, message] of [
  ['throws', "{ throw new Error('it broke') }", /fails: it broke\./],
  ['gives nothing', '{ return null }', /gives null instead of a task\./],
  ['is asynchronous', "Promise.resolve({ kind: 'mine' })", /is a promise; a task must be given at once\./],
  [
    'gives a kind that is none',
    "({ kind: 'other', parameters: {}, inputs: {}, labels: {} })",
    /gives a task of the kind "other", which is none\./,
  ],
  ['leaves labels out', "({ kind: 'mine', parameters: {}, inputs: {} })", /gives a task without labels\./],
  [
    'asks for what is no number',
    "({ kind: 'mine', parameters: { deep: { size: NaN } }, inputs: {}, labels: {} })",
    /gives a task whose parameters\.deep\.size is NaN\./,
  ],
  [
    'asks for a function',
    "({ kind: 'mine', parameters: { size: () => 1 }, inputs: {}, labels: {} })",
    /parameters\.size is a function, which JSON cannot say\./,
  ],
  [
    'asks for what holds itself',
    "{ const parameters = {}; parameters.self = parameters; return { kind: 'mine', parameters, inputs: {}, labels: {} } }",
    /parameters\.self holds itself\./,
  ],
  [
    'needs what is no task',
    "({ kind: 'mine', parameters: {}, inputs: { x: 'a' }, labels: {} })",
    /gives a task whose input "x" is no task\./,
  ],
] as const)
  test(`a kind of a plugin whose expand() ${what} is told at its stage`, async () => {
    const module = plugin().replace(/definition\.expand = .*;\n/, `definition.expand = () => ${expand};\n`);
    const { status, stderr } = await command(module, 'plan', ...ALLOWED);
    assert.equal(status, 2);
    assert.match(stderr, /^spec\.yaml:5:3 stages\.a cannot be planned: expand\(\) of its kind "mine" /);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ +at /m);
  });

test('a kind may be an object of a class', async () => {
  const module = plugin().replace(
    'export default',
    'class Mine { expand(values) { return data.expand(values) } }\nconst data = { ...definition };\n' +
      'delete definition.expand;\nObject.setPrototypeOf(definition, new Mine());\nexport default',
  );
  const { status, stderr } = await command(module, 'plan', ...ALLOWED);
  assert.equal(status, 0, stderr);
});

test('what a plugin prints or leaves open does not touch the answer, and the command ends', async () => {
  const module = `console.log('hello');\nsetInterval(() => undefined, 1000);\n${plugin()}`;
  const { status, stdout, stderr } = await command(module, 'plan', ...ALLOWED, '--json');
  assert.equal(status, 0);
  assert.equal((JSON.parse(stdout) as { format: number }).format, 2);
  assert.match(stderr, /^hello$/m);
});

test('a stage of a plugin writes nothing outside of its artifact', async () => {
  const module = plugin().replace("'size.txt'", "'../../escaped.txt'");
  const { status, stdout, stderr } = await command(module, 'run', ...ALLOWED);
  assert.equal(status, 1);
  assert.match(stdout + stderr, /A stage may not write a file "\.\.\/\.\.\/escaped\.txt"/);
});

test('plugins that package.json lists otherwise than by a list are a mistake', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('spec.yaml', SPEC);
  await scratch.write('package.json', '{ "stagecraft": { "plugins": "./mine.mjs" } }');
  const { status, stderr } = await stagecraft(scratch.folder, 'plan', 'spec.yaml');
  assert.equal(status, 2);
  assert.match(stderr, /package\.json: "stagecraft": \{"plugins": \.\.\.\} must be a list of names\./);
});
