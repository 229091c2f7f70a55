/** The schema that editors use: the same as the validator's, but any value may also be a `${variable}`. */
import { experimentSchema, type StageSchema } from './schema.js';

const VARIABLE = { type: 'string', pattern: '^\\$\\{[^}]+\\}$' };

/** Keys under which no variable is replaced, so none is allowed. */
const LITERAL = new Set(['title', 'vars', 'profiles']);

export function editorSchema(stages: readonly StageSchema[]): unknown {
  const schema = JSON.parse(JSON.stringify(experimentSchema(stages))) as {
    properties: Record<string, unknown>;
  };
  for (const [key, value] of Object.entries(schema.properties)) {
    if (!LITERAL.has(key)) schema.properties[key] = withVariables(value);
  }
  return withoutFilledIn(schema);
}

/** What has a default need not be written: the validator fills it in before it asks for it, an editor does not. */
function withoutFilledIn(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(withoutFilledIn);
  const node = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, withoutFilledIn(value)]),
  );
  const { required, properties } = node as { required?: unknown; properties?: Record<string, object> };
  if (!Array.isArray(required) || !properties) return node;
  return { ...node, required: required.filter((key: string) => !('default' in (properties[key] ?? {}))) };
}

/** Leaves that are not strings of any form take a variable beside their own type. */
function withVariables(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(withVariables);
  const node = schema as Record<string, unknown>;
  if ('const' in node) return node;
  const isLeaf = 'enum' in node || ['integer', 'number', 'boolean'].includes(String(node['type']));
  if (isLeaf) {
    const { description, default: initial, examples, ...own } = node;
    return {
      description,
      ...(initial !== undefined && { default: initial }),
      ...(examples !== undefined && { examples }),
      anyOf: [own, VARIABLE],
    };
  }
  const changed = Object.entries(node).map(([key, value]): [string, unknown] => {
    if (key === 'properties' || key === 'patternProperties') {
      const members = Object.entries(value as object).map(
        ([name, member]) => [name, withVariables(member)] as const,
      );
      return [key, Object.fromEntries(members)];
    }
    return [
      key,
      ['items', 'oneOf', 'anyOf', 'additionalProperties'].includes(key) ? withVariables(value) : value,
    ];
  });
  return Object.fromEntries(changed);
}
