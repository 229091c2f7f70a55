/** Walks over JSON Schemas as plain data, and puts what is repeated in one under `$defs`, once. */

export type Node = Readonly<Record<string, unknown>>;

/** A part that is always hoisted has its name under this key. */
export const NAME_OF_PART = '$name';

/** A copy without what JSON leaves out. */
export function plain(schema: object): Node {
  return JSON.parse(JSON.stringify(schema)) as Node;
}

/** What holds schemas by name, one schema, and a list of schemas; conditions are left as they are. */
const MAPS = ['properties', 'patternProperties'];
const SINGLE = ['items', 'then', 'additionalProperties'];
const LISTS = ['anyOf', 'oneOf', 'allOf'];

/** Copies a schema with each of the schemas right within it changed. */
function mapParts(schema: Node, change: (part: Node, word: string, key?: string) => Node): Node {
  const changed = (part: unknown, word: string, key?: string) =>
    typeof part === 'object' && part !== null ? change(part as Node, word, key) : part;
  const entries = Object.entries(schema).map(([word, value]): [string, unknown] => {
    if (MAPS.includes(word)) {
      const members = Object.entries(value as Node).map(([key, part]): [string, unknown] => [
        key,
        changed(part, word, word === 'properties' ? key : undefined),
      ]);
      return [word, Object.fromEntries(members)];
    }
    if (SINGLE.includes(word)) return [word, changed(value, word)];
    if (LISTS.includes(word)) return [word, (value as readonly unknown[]).map((part) => changed(part, word))];
    return [word, value];
  });
  return Object.fromEntries(entries);
}

/** Where a schema stands within another. */
interface Place {
  /** The key that it is about; names of the user's choice are none. */
  readonly key?: string;
  readonly inList: boolean;
}

/** Copies a schema, changing each schema within it, and last itself. */
export function mapNodes(
  schema: Node,
  change: (node: Node, place: Place) => Node,
  place: Place = { inList: false },
): Node {
  const inside = mapParts(schema, (part, word, key) =>
    mapNodes(part, change, {
      ...place,
      ...(key !== undefined && { key }),
      ...(word === 'items' && { inList: true }),
    }),
  );
  return change(inside, place);
}

/** A part that is repeated is hoisted if its text is at least as long as this. */
const HOISTED_LENGTH = 100;

/** Parts that are repeated or named stand once under `$defs`, called after the keys that lead to where they came first. */
export function hoisted(schema: Node): Node {
  const times = new Map<string, number>();
  const textOf = (node: Node) =>
    JSON.stringify(node, (word, value: unknown) => (word === NAME_OF_PART ? undefined : value));
  const count = (node: Node): Node => {
    const text = textOf(node);
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    // The parts of what is hoisted are met there, once.
    return before > 0 && text.length >= HOISTED_LENGTH ? node : mapParts(node, count);
  };
  count(schema);
  const names = new Map<string, string>();
  const parts = new Map<string, Node>();
  const replaced = (node: Node, path: readonly string[], word?: string): Node => {
    const text = textOf(node);
    const { [NAME_OF_PART]: given, ...bare } = node;
    const inside = (at: readonly string[]) =>
      mapParts(bare, (part, inner, key) => replaced(part, key === undefined ? at : [...at, key], inner));
    // One form among others has no name of its own.
    const isRepeated = times.get(text)! > 1 && text.length >= HOISTED_LENGTH && !LISTS.includes(word ?? '');
    if (given === undefined && !isRepeated) return inside(path);
    const name = names.get(text) ?? freeName(given === undefined ? path : [given as string], parts);
    if (!names.has(text)) {
      names.set(text, name);
      // Reserved, so that it comes before the parts within it.
      parts.set(name, bare);
      parts.set(name, inside(name.split('.')));
    }
    return { $ref: `#/$defs/${name}` };
  };
  return { ...replaced(schema, []), $defs: Object.fromEntries(parts) };
}

/** The last keys of a path, as few as tell it from the names that are taken. */
function freeName(path: readonly string[], taken: ReadonlyMap<string, unknown>): string {
  // Of kinds there are too many for the key alone to say which.
  for (let from = path.length - (path.at(-1) === 'kind' ? 2 : 1); from >= 0; from--) {
    const name = path.slice(from).join('.');
    if (!taken.has(name)) return name;
  }
  for (let number = 2; ; number++) {
    const name = `${path.join('.')}.${number}`;
    if (!taken.has(name)) return name;
  }
}
