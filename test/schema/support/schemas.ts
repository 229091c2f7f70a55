/** The schemas under schemas/ and what is within them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export type Schema = Readonly<Record<string, unknown>>;

export function storedText(name: string): string {
  return readFileSync(join(ROOT, 'schemas', name), 'utf8');
}

/** Every YAML file that we ship, by its path from the root. */
export const SHIPPED: ReadonlyMap<string, string> = new Map(
  readdirSync(join(ROOT, 'experiments'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join('experiments', name))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

const MAPS = ['properties', 'patternProperties', '$defs'];
const SINGLE = ['items', 'then', 'else', 'additionalProperties'];
const LISTS = ['anyOf', 'oneOf', 'allOf'];

/** Every schema within a schema with the path to it, conditions apart. */
export function* schemasIn(schema: Schema, path = '#'): Generator<readonly [string, Schema]> {
  yield [path, schema];
  for (const [word, value] of Object.entries(schema)) {
    const inner: readonly (readonly [string, unknown])[] =
      MAPS.includes(word) || LISTS.includes(word)
        ? Object.entries(value as object).map(([name, member]) => [`${word}/${name}`, member])
        : SINGLE.includes(word)
          ? [[word, value]]
          : [];
    for (const [name, member] of inner)
      if (typeof member === 'object' && member !== null)
        yield* schemasIn(member as Schema, `${path}/${name}`);
  }
}

/** What a reference stands for. */
export function resolved(root: Schema, schema: Schema): Schema {
  const { $ref } = schema as { $ref?: string };
  if ($ref === undefined) return schema;
  const name = $ref.replace('#/$defs/', '');
  return resolved(root, (root['$defs'] as Readonly<Record<string, Schema>>)[name]!);
}

/** As strict as ajv can be, with the words that editors alone know. */
export function strictAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  ajv.addVocabulary(['enumDescriptions']);
  return ajv;
}
