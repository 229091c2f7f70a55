/** Values that know where they were written, through all of composition. */
import type { Position } from './diagnostic.js';

export type Scalar = string | number | boolean | null;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: Position;
  readonly value: Scalar;
  /** The variable or axis that the value came from; `at` is then where that got it. */
  readonly variable?: string;
  /** The place of the `${...}` that the value was put in place of. */
  readonly usedAt?: Position;
  /** The expression that came to the value, as it was written; `at` is then its place. */
  readonly expression?: string;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

/** A value under a key; `key` is the place of the key itself. */
export interface LocatedEntry {
  readonly key: Position;
  readonly value: Located;
}

export type Located = LocatedScalar | LocatedList | LocatedMap;

/** One of ours for reading, nothing shared with the tree. */
export function toPlain(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(toPlain);
    case 'map':
      return Object.fromEntries([...located.entries].map(([key, { value }]) => [key, toPlain(value)]));
  }
}

/** The entry or item at a path; undefined where the path leaves the tree. */
export function locate(root: Located, path: readonly string[]): LocatedEntry | undefined {
  let entry: LocatedEntry = { key: root.at, value: root };
  for (const step of path) {
    const { value } = entry;
    const next: LocatedEntry | undefined =
      value.kind === 'map'
        ? value.entries.get(step)
        : value.kind === 'list'
          ? itemEntry(value.items[Number(step)])
          : undefined;
    if (!next) return undefined;
    entry = next;
  }
  return entry;
}

function itemEntry(item: Located | undefined): LocatedEntry | undefined {
  return item && { key: item.at, value: item };
}

/** The place of the deepest part of `path` that was written down: for a missing key, its map's key. */
export function nearest(root: Located, path: readonly string[]): LocatedEntry {
  for (let length = path.length; length > 0; length--) {
    const entry = locate(root, path.slice(0, length));
    if (entry) return entry;
  }
  return { key: root.at, value: root };
}

/** The key that takes away: `$delete: [names]` drops keys of the map that its own map is merged over. */
export const DELETE = '$delete';

/**
 * Maps merge by key, unless they are of different `kind`s; anything else is replaced by `over`. Of three maps of
 * one kind any two neighbours may be merged first.
 */
export function merge(base: Located, over: Located): Located {
  if (base.kind !== 'map' || over.kind !== 'map' || kindsDiffer(base, over)) return over;
  const deleted = new Set(deletedKeys(over).map(({ name }) => name));
  const entries = new Map([...base.entries].filter(([key]) => !deleted.has(key)));
  for (const [key, entry] of over.entries) {
    const existing = entries.get(key);
    if (existing && key === DELETE) entries.set(key, joined(existing, entry));
    else entries.set(key, existing ? { key: entry.key, value: merge(existing.value, entry.value) } : entry);
  }
  return { ...base, entries };
}

/** The names under `$delete`, with their places. */
export function deletedKeys(map: LocatedMap): readonly { readonly name: string; readonly at: Position }[] {
  const value = map.entries.get(DELETE)?.value;
  const items = value?.kind === 'list' ? value.items : value ? [value] : [];
  return items.flatMap((item) => (item.kind === 'scalar' ? [{ name: String(item.value), at: item.at }] : []));
}

function joined(base: LocatedEntry, over: LocatedEntry): LocatedEntry {
  const items = [base, over].flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]));
  return { key: over.key, value: { kind: 'list', at: over.value.at, items } };
}

/** A copy without any `$delete`. */
export function withoutDeletes(located: Located): Located {
  if (located.kind === 'scalar') return located;
  if (located.kind === 'list') return { ...located, items: located.items.map(withoutDeletes) };
  const entries = [...located.entries]
    .filter(([key]) => key !== DELETE)
    .map(([key, { key: at, value }]): [string, LocatedEntry] => [
      key,
      { key: at, value: withoutDeletes(value) },
    ]);
  return { ...located, entries: new Map(entries) };
}

/** A copy of a map with other entries under some keys; undefined takes a key away. */
export function withEntries(
  map: LocatedMap,
  changes: Readonly<Record<string, LocatedEntry | undefined>>,
): LocatedMap {
  const entries = new Map(map.entries);
  for (const [key, entry] of Object.entries(changes)) {
    if (entry) entries.set(key, entry);
    else entries.delete(key);
  }
  return { ...map, entries };
}

/** The map under a key, if there is one. */
export function mapAt(map: LocatedMap, key: string): LocatedMap | undefined {
  const value = map.entries.get(key)?.value;
  return value?.kind === 'map' ? value : undefined;
}

/** The names under a key, in the order of the file. */
export function keysAt(map: LocatedMap, key: string): readonly string[] {
  return [...(mapAt(map, key)?.entries.keys() ?? [])];
}

/** What a map says under `kind`; undefined where that is no scalar. */
export function kindOf(located: Located): Scalar | undefined {
  const kind = located.kind === 'map' ? located.entries.get('kind')?.value : undefined;
  return kind?.kind === 'scalar' ? kind.value : undefined;
}

function kindsDiffer(base: LocatedMap, over: LocatedMap): boolean {
  const [a, b] = [kindOf(base), kindOf(over)];
  return a !== undefined && b !== undefined && a !== b;
}

/** A copy in which `change` has replaced every scalar. */
export function mapScalars(located: Located, change: (scalar: LocatedScalar) => Located): Located {
  switch (located.kind) {
    case 'scalar':
      return change(located);
    case 'list':
      return { ...located, items: located.items.map((item) => mapScalars(item, change)) };
    case 'map': {
      const entries = [...located.entries].map(([key, entry]): [string, LocatedEntry] => [
        key,
        { key: entry.key, value: mapScalars(entry.value, change) },
      ]);
      return { ...located, entries: new Map(entries) };
    }
  }
}

/** Every place of a tree, keys' and values'. */
export function placesIn(located: Located): Position[] {
  switch (located.kind) {
    case 'scalar':
      return [located.at];
    case 'list':
      return [located.at, ...located.items.flatMap(placesIn)];
    case 'map':
      return [
        located.at,
        ...[...located.entries.values()].flatMap(({ key, value }) => [key, ...placesIn(value)]),
      ];
  }
}
