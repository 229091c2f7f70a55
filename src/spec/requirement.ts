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
      return `must be ${(parentSchema as { expected?: string }).expected ?? 'one of the forms allowed'}`;
    case 'uniqueItems':
      return 'must not name the same twice';
    default:
      return message ?? 'does not fit';
  }
}

function alternatives(words: readonly string[]): string {
  const last = words.at(-1)!;
  if (words.length === 1) return last;
  return `${words.slice(0, -1).join(', ')}${last.includes(' or ') ? ',' : ' or'} ${last}`;
}
