/**
 * TypeBox's builders without its runtime: the same plain JSON Schema, with TypeBox's own static types. Loading
 * TypeBox takes longer than planning thousands of tasks; a test compares these with the originals.
 */
import type { Type as TypeBoxType } from 'typebox';

type Builders = Pick<
  typeof TypeBoxType,
  | 'Any'
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Unsafe'
>;

type Node = Readonly<Record<string, unknown>>;

/** Not a key of the schema itself, so it is not enumerable, as in TypeBox. */
const OPTIONAL = '~optional';

const builders = {
  Any: (options: Node = {}): Node => ({ ...options }),
  Array: (items: Node, options: Node = {}): Node => ({ type: 'array', items, ...options }),
  Boolean: (options: Node = {}): Node => ({ type: 'boolean', ...options }),
  Enum: (values: readonly unknown[], options: Node = {}): Node => ({ enum: [...values], ...options }),
  Integer: (options: Node = {}): Node => ({ type: 'integer', ...options }),
  Literal: (value: unknown, options: Node = {}): Node => ({
    type: typeof value,
    const: value,
    ...options,
  }),
  Number: (options: Node = {}): Node => ({ type: 'number', ...options }),
  Object: (properties: Readonly<Record<string, Node>>, options: Node = {}): Node => {
    const required = Object.keys(properties).filter((key) => !(OPTIONAL in properties[key]!));
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options };
  },
  Optional: (schema: Node): Node =>
    Object.defineProperty({ ...schema }, OPTIONAL, { value: true, enumerable: false }),
  Record: (key: { readonly pattern?: string }, value: Node, options: Node = {}): Node => ({
    type: 'object',
    patternProperties: { [key.pattern ?? '^.*$']: value },
    ...options,
  }),
  String: (options: Node = {}): Node => ({ type: 'string', ...options }),
  Unsafe: (schema: Node): Node => ({ ...schema }),
};

export const Type = builders as unknown as Builders;

export type { Static, TSchema } from 'typebox';
