import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { execute } from '../../src/cli/schema.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const stored = readFileSync(join(root, 'schemas/experiment.schema.json'), 'utf8');

type Schema = Readonly<Record<string, unknown>>;

test('schemas/experiment.schema.json is what "stagecraft schema" prints', async (t) => {
  const printed: string[] = [];
  t.mock.method(console, 'log', (text: string) => printed.push(`${text}\n`));
  assert.equal(await execute(), 0);
  assert.equal(printed.join(''), stored);
});

/** Every schema within a schema, with the path to it. */
function* schemasIn(schema: Schema, path: string): Generator<readonly [string, Schema]> {
  yield [path, schema];
  for (const [key, value] of Object.entries(schema)) {
    if (typeof value !== 'object' || value === null || ['default', 'examples', 'enum'].includes(key))
      continue;
    const members = Object.entries(value as Readonly<Record<string, unknown>>);
    const named = ['properties', 'patternProperties', 'oneOf', 'anyOf'].includes(key);
    for (const [name, member] of named ? members : ([[key, value]] as const))
      if (typeof member === 'object' && member !== null)
        yield* schemasIn(member as Schema, `${path}/${name}`);
  }
}

const schema = JSON.parse(stored) as Schema;
const all = [...schemasIn(schema, '')];

test('every key has a description, for whoever hovers over it', () => {
  const keys = all.flatMap(([path, { properties }]) =>
    Object.entries((properties ?? {}) as Readonly<Record<string, Schema>>).map(
      ([key, value]) => [`${path}/${key}`, value['description']] as const,
    ),
  );
  assert.ok(keys.length > 40, `${keys.length} keys`);
  const bare = keys.filter(([, description]) => typeof description !== 'string' || description === '');
  assert.deepEqual(
    bare.map(([path]) => path),
    [],
  );
});

test('every map refuses keys that it does not know', () => {
  const open = all.filter(
    ([, { type, oneOf, additionalProperties }]) =>
      type === 'object' && oneOf === undefined && additionalProperties !== false,
  );
  // Which keys `data` may have is checked against the kind that it has after merging.
  assert.deepEqual(
    open.map(([path]) => path),
    ['/profiles/^[A-Za-z][A-Za-z0-9_-]*$/data'],
  );
});

describe('an editor', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, discriminator: true });
  ajv.addVocabulary(['reference']);
  const validate = ajv.compile(schema);
  const folder = join(root, 'experiments/vgg');
  const text = readFileSync(join(folder, 'table3.yaml'), 'utf8');
  const accepts = (spec: string) => validate(parse(spec));
  const changed = (from: string, to: string) => {
    assert.ok(text.includes(from), from);
    return accepts(text.replace(from, to));
  };

  for (const file of readdirSync(folder).filter((name) => /^table.*\.yaml$/.test(name))) {
    test(`accepts experiments/vgg/${file} as it is written, variables and all`, () => {
      assert.equal(accepts(readFileSync(join(folder, file), 'utf8')), true, JSON.stringify(validate.errors));
    });
  }

  test('accepts a variable wherever a number, a word of a list, text or true may stand', () => {
    assert.equal(changed('Q: 256', "Q: '${q}'"), true);
    assert.equal(changed('net: A', "net: '${net}'"), true);
    assert.equal(changed('from: a', "from: '${from}'"), true);
    assert.equal(changed('mirror: true', "mirror: '${mirror}'"), true);
    assert.equal(changed('columns: [net,', "columns: ['${first}',"), true);
    assert.equal(changed('stages:', "limits: { train: '${images}' }\nstages:"), true);
    assert.equal(changed('S: 256', "S: 256\n    schedule: { kind: steps, at: ['${at}'] }"), true);
  });

  test('refuses other text there, a wrong key, a variable for a kind, and variables in profiles', () => {
    assert.equal(changed('Q: 256', 'Q: large'), false);
    assert.equal(changed('Q: 256', "Q: '${q} px'"), false);
    assert.equal(changed('net: A', 'net: AA'), false);
    assert.equal(changed('mirror: true', 'miror: true'), false);
    assert.equal(changed('kind: augment', "kind: '${kind}'"), false);
    assert.equal(changed('train: 320', "train: '${images}'"), false);
    assert.equal(changed('title:', 'titel:'), false);
  });
});
