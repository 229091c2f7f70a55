import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type as TypeBox } from 'typebox';
import { Type } from '../../src/util/type.js';

const options = { description: 'What it is.', examples: [3], default: 1 };

/** The same schema by ours and by TypeBox's own builders. */
function build(T: typeof Type) {
  return {
    any: T.Any(options),
    array: T.Array(T.Integer({ minimum: 1 }), { minItems: 1, uniqueItems: true }),
    boolean: T.Boolean(options),
    enum: T.Enum(['a', 'b'], options),
    integer: T.Integer({ minimum: 1, maximum: 3 }),
    literal: T.Literal('kind', options),
    literalNumber: T.Literal(2),
    number: T.Number({ exclusiveMinimum: 0 }),
    object: T.Object(
      { a: T.String(), b: T.Optional(T.Integer(options)), c: T.Optional(T.Object({})) },
      { additionalProperties: false, ...options },
    ),
    allOptional: T.Object({ a: T.Optional(T.String()) }),
    record: T.Record(T.String({ pattern: '^[a-z]+$' }), T.Number(), { additionalProperties: false }),
    recordOfAny: T.Record(T.String(), T.Any()),
    string: T.String({ minLength: 1, pattern: 'x' }),
    unsafe: T.Unsafe<number>({ anyOf: [{ type: 'integer' }, { type: 'string' }], expected: 'a number' }),
  };
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .map(([key, part]) => [key, sorted(part)] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value;

const ours = build(Type);
const theirs = build(TypeBox);

for (const name of Object.keys(ours) as (keyof typeof ours)[]) {
  test(`the builder of "${name}" makes the JSON that TypeBox makes`, () => {
    const json = (schema: unknown) => sorted(JSON.parse(JSON.stringify(schema)));
    assert.deepEqual(json(ours[name]), json(theirs[name]));
  });
}
