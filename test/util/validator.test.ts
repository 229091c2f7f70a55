import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { shippedSchemas } from '../../src/plugins/kinds.js';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { compiledFile, validatorOf } from '../../src/util/validator.js';

const SCHEMAS = shippedSchemas(BUILT_IN_KINDS);

test('the set-up has compiled each schema that comes with us', () => {
  for (const schema of SCHEMAS)
    assert.ok(existsSync(compiledFile(schema)), JSON.stringify(schema).slice(0, 80));
});

/** Any JSON, and maps with keys that the schema knows. */
function values(schema: object): fc.Arbitrary<unknown> {
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  const known = Object.fromEntries(
    Object.keys(properties).map((key) => [key, fc.jsonValue({ maxDepth: 3 })]),
  );
  return fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.record(known, { requiredKeys: [] }));
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
