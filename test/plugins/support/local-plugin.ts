/** A plugin in one file, and commands on a spec that lists it. */
import assert from 'node:assert/strict';
import { stagecraft } from '../../support/command.js';
import { Scratch } from '../../support/scratch.js';

export const SPEC = `title: Local
plugins: [./mine.mjs]
data: { kind: embedded }
stages:
  a: { kind: mine, size: 3 }
`;

/** What a plugin of one stage kind exports; the interface asks for plain objects. */
export const plugin = (changes: object = {}, kind: object = {}): string => {
  const definition = {
    kind: 'mine',
    version: '1',
    description: 'is mine',
    schema: {
      type: 'object',
      required: ['kind'],
      properties: {
        kind: { type: 'string', const: 'mine', description: 'Mine.' },
        size: { type: 'integer', minimum: 1, default: 2, description: 'How large.' },
      },
      additionalProperties: false,
    },
    inputs: {},
    output: 'mine',
    usesEngine: false,
    readsImages: false,
    ...kind,
  };
  return `
    const definition = ${JSON.stringify(definition)};
    definition.expand = ({ size }) => ({ kind: 'mine', parameters: { size }, inputs: {}, labels: { size } });
    const run = async ({ parameters, output }) => output.write('size.txt', String(parameters.size));
    const create = () => ({ kind: 'mine', run });
    export default { stagecraft: 1, name: 'mine', stages: [{ definition, create }], ...${JSON.stringify(changes)} };
  `;
};

export async function command(module: string, ...args: readonly string[]) {
  await using scratch = await Scratch.make();
  await scratch.write('spec.yaml', SPEC);
  await scratch.write('mine.mjs', module);
  return await stagecraft(scratch.folder, ...args);
}

export const ALLOWED = ['spec.yaml', '--allow-plugin', './mine.mjs'];

export async function recipes(module: string, spec = SPEC): Promise<readonly string[]> {
  await using scratch = await Scratch.make();
  await scratch.write('spec.yaml', spec);
  await scratch.write('mine.mjs', module);
  const { stdout, stderr } = await stagecraft(scratch.folder, 'plan', ...ALLOWED, '--json');
  assert.equal(stderr, '');
  return (JSON.parse(stdout) as { tasks: { recipe: string }[] }).tasks.map(({ recipe }) => recipe);
}
