import type { StageDefinition } from './definition.js';

/** Stage kinds by name. */
export type Definitions = ReadonlyMap<string, StageDefinition>;

/** @throws if two kinds have one name: a bug of ours, since plugins are checked when they are loaded */
export function definitionsByKind(definitions: readonly StageDefinition[]): Definitions {
  const byKind = new Map<string, StageDefinition>();
  for (const definition of definitions) {
    if (byKind.has(definition.kind))
      throw new Error(`Internal error: two stage kinds are called "${definition.kind}"`);
    byKind.set(definition.kind, definition);
  }
  return byKind;
}
