/** `extends`: a spec over the one that it names, over the one that that one names. */
import { dirname, resolve } from 'node:path';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { Diagnostic, Position } from './diagnostic.js';
import {
  DELETE,
  deletedKeys,
  keysAt,
  type Located,
  type LocatedMap,
  mapAt,
  merge,
  withEntries,
} from './located.js';
import type { Parsed } from './parse.js';

/** Longer chains are a mistake of another sort. */
const MAX_CHAIN = 8;

export interface TextReader {
  /** The text of a file, or why it cannot be read. */
  read(absolute: string): Promise<Result<string, string>>;
  /** A text as a map; `name` is how messages name its file. */
  parse(name: string, text: string): Result<Parsed, readonly Diagnostic[]>;
  /** How messages name a file. */
  nameOf(absolute: string): string;
}

/** A spec as it is written, with what it extends merged under it. */
export interface RawSpec {
  readonly tree: LocatedMap;
  /** As messages name it; whatever was written elsewhere is inherited. */
  readonly file: string;
  /** Absolute path by the name that messages use, of every file of the chain. */
  readonly files: ReadonlyMap<string, string>;
  /** Of values that no spec can hold, and of `$delete`: what it cannot take away stays. */
  readonly mistakes: readonly Diagnostic[];
}

/** A file that cannot be read or parsed ends the chain, since what it extends is not known. */
export async function readChain(
  path: string,
  reader: TextReader,
): Promise<Result<RawSpec, readonly Diagnostic[]>> {
  const layers: LocatedMap[] = [];
  const mistakes: Diagnostic[] = [];
  const files = new Map<string, string>();
  let next: { readonly path: string; readonly at: Position | undefined } | undefined = {
    path,
    at: undefined,
  };
  while (next) {
    const name = reader.nameOf(next.path);
    const problem = chainProblem(name, [...files.keys()]);
    if (problem) return failed([...mistakes, { at: next.at!, ...problem }]);
    files.set(name, next.path);
    const parsed = await readOne(next.path, name, next.at, reader);
    if (!parsed.ok) return failed([...mistakes, ...parsed.error]);
    layers.unshift(parsed.value.tree);
    mistakes.push(...parsed.value.mistakes);
    const base = baseOf(parsed.value.tree, next.path);
    if (!base.ok) return failed([...mistakes, base.error]);
    next = base.value;
  }
  const nothing: LocatedMap = { ...layers[0]!, entries: new Map() };
  const defaults = new Set(layers.flatMap((layer) => keysOfDefaults(layer)));
  const tree = layers.reduce((base, over) => {
    mistakes.push(...wrongDeletes(base, over, { path: [], defaults }));
    return merge(base, over) as LocatedMap;
  }, nothing);
  return ok({ tree: withEntries(tree, { extends: undefined }), file: reader.nameOf(path), files, mistakes });
}

function chainProblem(name: string, chain: readonly string[]) {
  if (chain.at(-1) === name)
    return { message: 'This spec extends itself.', help: 'Name another file, or leave "extends" out.' };
  if (chain.includes(name))
    return {
      message: `The specs extend each other in a circle: ${[...chain.slice(chain.indexOf(name)), name].join(' -> ')}.`,
      help: 'Move what they share into a file that extends none of them.',
    };
  if (chain.length >= MAX_CHAIN)
    return {
      message: `This is the ${chain.length + 1}th file of a chain; ${MAX_CHAIN} are allowed.`,
      help: 'Extend a file further down the chain.',
    };
  return undefined;
}

async function readOne(path: string, name: string, from: Position | undefined, reader: TextReader) {
  const text = await reader.read(path);
  if (text.ok) return reader.parse(name, text.value);
  return failed([
    from
      ? { at: from, message: `"${name}": ${text.error}`, help: 'The path is relative to this file.' }
      : {
          at: { file: name, line: 1, column: 1, length: 1 },
          message: text.error,
          help: 'Specs are YAML files, see experiments/.',
        },
  ]);
}

function baseOf(tree: LocatedMap, path: string) {
  const value = tree.entries.get('extends')?.value;
  if (!value) return ok(undefined);
  if (value.kind !== 'scalar' || typeof value.value !== 'string' || value.value === '')
    return failed({
      at: value.at,
      message: '"extends" names one file, as text.',
      help: 'E.g. extends: nets.yaml',
    });
  if (/^[a-z]+:\/\//.test(value.value))
    return failed({
      at: value.at,
      message: `"${value.value}" is an address, but a spec extends a file.`,
      help: 'Download it, and name the file.',
    });
  return ok({ path: resolve(dirname(path), value.value), at: value.at });
}

/** Every key that `defaults` of some kind gives: a stage may take it away for itself. */
function keysOfDefaults(tree: LocatedMap): readonly string[] {
  return keysAt(tree, 'defaults').flatMap((kind) => keysAt(mapAt(tree, 'defaults')!, kind));
}

interface DeletePlace {
  readonly path: readonly string[];
  /** Keys that the spec's `defaults` give. */
  readonly defaults: ReadonlySet<string>;
}

/** `$delete` in another form than a list of names, or of a name that is not there. */
export function wrongDeletes(
  base: Located | undefined,
  over: Located,
  { path, defaults }: DeletePlace,
): Diagnostic[] {
  // A list is never merged, so in none of its items there is anything to take away.
  if (over.kind === 'list')
    return over.items.flatMap((item, i) =>
      wrongDeletes(undefined, item, { path: [...path, String(i)], defaults }),
    );
  if (over.kind !== 'map') return [];
  const entry = over.entries.get(DELETE);
  const baseMap = base?.kind === 'map' ? base : undefined;
  const inside = [...over.entries].flatMap(([key, { value }]) =>
    wrongDeletes(baseMap?.entries.get(key)?.value, value, { path: [...path, key], defaults }),
  );
  if (!entry) return inside;
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  if (items.length === 0 || items.some((item) => item.kind !== 'scalar' || item.value === null))
    return [
      ...inside,
      {
        at: entry.value.at,
        message: `"${DELETE}" must be a list of keys.`,
        help: `Write ${DELETE}: [limits], for example.`,
      },
    ];
  // A profile takes from the spec that it is merged over, which is not this base.
  if (path[0] === 'profiles') return inside;
  const known = [...(baseMap?.entries.keys() ?? [])].filter((key) => key !== DELETE);
  const isStage = path[0] === 'stages' && path.length === 2;
  const wrong = deletedKeys(over).filter(
    ({ name }) => !known.includes(name) && !(isStage && defaults.has(name)),
  );
  return [...inside, ...wrong.map(({ name, at }) => nothingToDelete(name, at, known))];
}

function nothingToDelete(name: string, at: Position, known: readonly string[]): Diagnostic {
  return {
    at,
    message: `There is no "${name}" here that could be taken away.`,
    help: suggestion(name, known) || 'What this is merged over says nothing here.',
  };
}
