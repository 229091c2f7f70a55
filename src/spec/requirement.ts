/** What the schema wanted of a value, in words that end a sentence "x is 3, but must be ...". */
import type { ErrorObject } from 'ajv/dist/2020.js';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'null',
};

export function requirement({ keyword, params, message, parentSchema }: ErrorObject): string {
  const { limit, type, allowedValue } = params as { limit?: number; type?: unknown; allowedValue?: unknown };
  switch (keyword) {
    case 'type':
      return `must be ${alternatives([type].flat().map((name) => TYPES[String(name)] ?? String(name)))}`;
    case 'const':
      return `must be ${JSON.stringify(allowedValue)}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} parts`;
    case 'maxItems':
      return `must have at most ${limit} items`;
    case 'anyOf':
      return `must be ${expectedForm(parentSchema as UnionSchema)}`;
    case 'uniqueItems':
      return 'must not name the same twice';
    default:
      return message ?? 'does not fit';
  }
}

/** Of a union: the forms that it allows, in words. */
export interface UnionSchema {
  readonly expected?: string;
  readonly examples?: readonly unknown[];
}

/** The forms that a union allows, with an example of the last one unless the words show it. */
export function expectedForm({ expected = 'one of the forms allowed', examples }: UnionSchema): string {
  const example = examples?.at(-1);
  if (typeof example === 'string') return `${expected} such as ${example}`;
  return Array.isArray(example) ? `${expected} such as [${example.join(', ')}]` : expected;
}

function alternatives(types: readonly string[]): string {
  const words = types.flatMap((type) => type.split(' or '));
  if (words.length === 1) return words[0]!;
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}
