import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { shippedSchemas } from '../../src/plugins/kinds.js';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { compiledFile, validatorOf } from '../../src/util/validator.js';

const SCHEMAS = shippedSchemas(BUILT_IN_KINDS);

test('the set-up has compiled each schema that comes with us', () => {
  for (const schema of SCHEMAS)
    assert.ok(existsSync(compiledFile(schema)), JSON.stringify(schema).slice(0, 80));
});

const read = (file: string) => parse(readFileSync(file, 'utf8')) as Json;
const folders = ['experiments/vgg', 'experiments/sweeps', 'experiments/ensembles'];
const files = folders.flatMap((folder) => readdirSync(folder).map((file) => read(join(folder, file))));

type Json = Readonly<Record<string, unknown>>;

/** Shipped specs, their parts and the paper's tables: what schemas accept, or nearly. */
const WRITTEN = files.flatMap((file) => [file, ...parts(file, 3)]);

function parts(value: unknown, depth: number): readonly object[] {
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((part: unknown) =>
    typeof part === 'object' && part !== null ? [part, ...parts(part, depth - 1)] : [],
  );
}

/** A copy with the value at one place replaced, taken away, or put under another key. */
function changed(value: unknown, [step = 0, ...path]: readonly number[], put: unknown): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return put;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return put;
  const without = Object.entries(value).filter(([name]) => name !== key);
  const inner: unknown = (value as Json)[key];
  if (step % 7 === 0) return Object.fromEntries(without);
  const changes = step % 7 === 1 ? [`${key}x`, inner] : [key, changed(inner, path, put)];
  return Object.fromEntries([...without, changes]) as unknown;
}

/** What a schema accepts with one thing changed in it; and anything, where it accepts nothing that is shipped. */
function values(schema: object): fc.Arbitrary<unknown> {
  const accepts = validatorOf(schema);
  const right = WRITTEN.filter((value) => accepts(structuredClone(value)));
  const json = fc.jsonValue({ maxDepth: 2 });
  if (right.length === 0) return json;
  return fc
    .tuple(fc.constantFrom(...right), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), json)
    .map(([value, path, put]) => changed(value, path, put));
}

test('what the set-up compiled finds the same mistakes, and fills in the same, as what is compiled when needed', () => {
  for (const schema of SCHEMAS) {
    // Another text, and so no file; the same meaning.
    const unknown = { ...schema, $comment: 'the same' };
    assert.ok(!existsSync(compiledFile(unknown)));
    const [compiled, fresh] = [validatorOf(schema), validatorOf(unknown)];
    fc.assert(
      fc.property(values(schema), (value) => {
        const [one, other] = [structuredClone(value), structuredClone(value)];
        assert.equal(compiled(one), fresh(other));
        assert.deepEqual(one, other);
        const found = (errors: typeof compiled.errors) =>
          (errors ?? []).map(({ parentSchema, schema: _, ...error }) => ({
            ...error,
            keys: Object.keys(parentSchema ?? {}).filter((key) => key !== '$comment'),
          }));
        assert.deepEqual(found(compiled.errors), found(fresh.errors));
      }),
      { numRuns: 50 },
    );
  }
});

test('what is tried on the schemas is nearly right for most of them', () => {
  const tried = SCHEMAS.filter((schema) =>
    WRITTEN.some((value) => validatorOf(schema)(structuredClone(value))),
  );
  assert.ok(tried.length > SCHEMAS.length / 2, `${tried.length} of ${SCHEMAS.length}`);
});
