import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { execute } from '../../src/cli/schema.js';
import { kindsWith } from '../../src/plugins/kinds.js';
import { paperSchema } from '../../src/spec/editor-schema.js';
import { namedKinds, skeletonSchema } from '../../src/spec/experiment-schema.js';
import { stageSchema } from '../../src/spec/sweep-schema.js';
import { ANNOTATIONS } from '../../src/util/validator.js';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { resolved, ROOT, type Schema, schemasIn, SHIPPED, storedText, strictAjv } from './support/schemas.js';

/** Words of JSON schema that say which values there are, for whoever does not know the key. */
const SHOWS_VALUES = ['examples', 'default', 'enum', 'const'];

for (const [file, values] of [
  ['schemas/experiment.schema.json', {}],
  ['docs/reference.md', { markdown: true }],
] as const) {
  test(`${file} is what "npm run schemas" writes`, async (t) => {
    const printed: string[] = [];
    t.mock.method(console, 'log', (text: string) => printed.push(`${text}\n`));
    assert.equal(await execute({ positionals: [], values }), 0);
    assert.equal(printed.join(''), readFileSync(join(ROOT, file), 'utf8'));
  });
}

/** With UPDATE_GOLDEN=1 the file is written anew. */
test('schemas/paper.schema.json is what the code says', () => {
  const text = `${JSON.stringify(paperSchema(), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(ROOT, 'schemas/paper.schema.json'), text);
  assert.equal(text, storedText('paper.schema.json'), 'UPDATE_GOLDEN=1 npm test -- editor-schema');
});

test('the schema is short enough to be read: what is repeated stands once', () => {
  const text = storedText('experiment.schema.json');
  assert.ok(text.length < 220_000, `${text.length} bytes`);
  const { $defs } = JSON.parse(text) as { $defs: Readonly<Record<string, unknown>> };
  const texts = Object.values($defs).map((part) => JSON.stringify(part));
  assert.equal(new Set(texts).size, texts.length, 'no two parts are equal');
  for (const name of Object.keys($defs)) {
    assert.match(name, /^[A-Za-z][A-Za-z0-9.-]*$/);
    assert.doesNotMatch(name, /\.[0-9]+$/, 'a number tells nobody what a part is');
    assert.ok(text.includes(`"#/$defs/${name}"`), `${name} is used`);
  }
});

for (const file of ['experiment.schema.json', 'paper.schema.json']) {
  describe(file, () => {
    const root = JSON.parse(storedText(file)) as Schema;
    const all = [...schemasIn(root)];
    const keys = all.flatMap(([path, { properties = {} }]) =>
      Object.entries(properties as Readonly<Record<string, Schema | true>>)
        .filter((entry): entry is [string, Schema] => entry[1] !== true)
        .map(([key, value]) => [`${path}/${key}`, resolved(root, value)] as const),
    );

    test('is a valid schema', () => {
      const ajv = strictAjv();
      assert.equal(ajv.validateSchema(root), true, ajv.errorsText());
      ajv.compile(root);
    });

    test('every key has a description', () => {
      const bare = keys.filter(([path, { description }]) => {
        // The keys that a condition adds to are described where they stand first.
        return !path.startsWith('#/then') && (typeof description !== 'string' || description === '');
      });
      assert.deepEqual(
        bare.map(([path]) => path),
        [],
      );
    });

    test('every key has an example, a default or a closed set of values', () => {
      const bare = keys.filter(([path, value]) => {
        const forms = [value, ...((value['anyOf'] ?? []) as readonly Schema[])];
        const shown = forms.some((form) => SHOWS_VALUES.some((word) => word in form));
        return !path.startsWith('#/then') && !shown && !forms.some(({ type }) => type === 'boolean');
      });
      assert.deepEqual(
        bare.map(([path]) => path),
        [],
      );
    });

    test('every map refuses keys that it does not know', () => {
      const open = all.filter(
        ([path, { type, allOf, additionalProperties }]) =>
          type === 'object' &&
          allOf === undefined &&
          additionalProperties !== false &&
          !path.startsWith('#/then'),
      );
      assert.deepEqual(
        open.map(([path]) => path),
        [],
      );
    });
  });
}

describe('what specs are checked with is right by the schema of schemas:', () => {
  const { vocabulary } = kindsWith(BUILT_IN_KINDS, []);
  const ajv = strictAjv().addVocabulary([...ANNOTATIONS, 'discriminator']);
  const schemas: readonly (readonly [string, object])[] = [
    ['specs without the keys of stages', skeletonSchema(vocabulary)],
    ...namedKinds(vocabulary).map((kind) => [`stages of kind ${kind.kind}`, stageSchema(kind)] as const),
    ...vocabulary.layers.map(({ kind, schema }) => [`layers of kind ${kind}`, schema] as const),
  ];
  for (const [name, schema] of schemas)
    test(name, () => {
      assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
    });
});

test('every example that is given is one: the schema accepts it', () => {
  const root = JSON.parse(storedText('experiment.schema.json')) as Schema;
  const ajv = strictAjv().addSchema({ ...root, $id: 'spec' });
  for (const [path, schema] of schemasIn(root)) {
    const pointer = path.slice(2).split('/').map(encodeURIComponent).join('/');
    for (const example of (schema['examples'] ?? []) as readonly unknown[]) {
      const validate = ajv.compile({ $ref: `spec#/${pointer}` });
      assert.equal(
        validate(example),
        true,
        `${path}: ${JSON.stringify(example)}: ${ajv.errorsText(validate.errors)}`,
      );
    }
  }
});

for (const [path, text] of SHIPPED) {
  test(`${path} begins with the modeline that leads editors to its schema, and fits it`, () => {
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    assert.ok(schema !== undefined, text.split('\n', 1)[0]);
    const file = resolve(ROOT, dirname(path), schema);
    assert.ok(existsSync(file), file);
    assert.equal(dirname(file), join(ROOT, 'schemas'));
    const validate = strictAjv().compile(
      JSON.parse(storedText(file.slice(dirname(file).length + 1))) as Schema,
    );
    assert.equal(validate(parse(text)), true, JSON.stringify(validate.errors));
  });
}
