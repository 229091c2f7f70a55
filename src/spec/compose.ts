/** From the text of a spec to its final values: profile, then `--set`, then defaults of kinds, then variables. */
import { suggestion } from '../util/suggest.js';
import { commandLine, type Diagnostic } from './diagnostic.js';
import {
  deletedKeys,
  keysAt,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  mapAt,
  merge,
  withEntries,
  withoutDeletes,
} from './located.js';
import { parseValue } from './parse.js';
import { applyProfile } from './profile.js';
import { subjectWord } from './subject-words.js';
import { isExpression, type Scope, substitute } from './substitute.js';

export interface Composition {
  /** `demo` if the spec has it, where undefined. */
  readonly profile: string | undefined;
  /** `path.to.key=value`, in order. */
  readonly sets: readonly string[];
}

/** As far as it could be composed; what could not is as it was written. */
export interface Composed {
  readonly tree: LocatedMap;
  readonly profile: string | undefined;
  /** The spec's variables, by name. */
  readonly variables: Scope;
  readonly mistakes: readonly Diagnostic[];
}

/** Sections that choose members of stages: names in them may also be axes. */
const WITH_AXES = ['groups', 'tables'];

/** Sections in which nothing is replaced. */
const LITERAL = ['vars', 'profiles', 'defaults', 'extends', 'plugins'];

export function compose(raw: LocatedMap, { profile, sets }: Composition): Composed {
  const mistakes: Diagnostic[] = [];
  const chosen = applyProfile(raw, profile, mistakes);
  const assigned = sets.reduce((tree, set) => applySet(tree, set, mistakes), chosen.tree);
  const defaulted = withoutDeletes(applyDefaults(assigned, mistakes)) as LocatedMap;
  const variables = variablesOf(defaulted, mistakes);
  return { tree: replaceAll(defaulted, variables, mistakes), profile: chosen.profile, variables, mistakes };
}

/** What has members that `--set` changes but does not make. */
const MEMBERS = new Map([
  ['vars', 'variable'],
  ['datasets', 'data set'],
  ['stages', 'stage'],
  ['groups', 'group'],
  ['tables', 'table'],
]);

/** Keys that decide what a spec is made of, before `--set` comes. */
const FIXED = new Map([
  ['profiles', 'A profile is not changed here.'],
  ['extends', 'What a spec extends is not changed here.'],
  ['plugins', 'Plugins are named in the spec only.'],
]);

/** The value is read as YAML, so numbers are numbers; the path's parts are separated by dots. */
function applySet(tree: LocatedMap, set: string, mistakes: Diagnostic[]): LocatedMap {
  const at = commandLine(`--set ${set}`);
  const equals = set.indexOf('=');
  const path = set.slice(0, Math.max(0, equals)).split('.');
  const [top, member] = path as [string, string | undefined];
  const refuse = (message: string, help: string) => {
    mistakes.push({ at, message, help });
    return tree;
  };
  if (path.includes(''))
    return refuse(
      `"${set}" is not an assignment.`,
      'Write --set path.to.key=value, e.g. --set limits.train=100.',
    );
  const fixed = FIXED.get(top);
  if (fixed !== undefined) return refuse(fixed, 'Set the value itself, e.g. --set limits.train=100.');
  const sort = MEMBERS.get(top);
  if (sort !== undefined && member !== undefined && !keysAt(tree, top).includes(member))
    return refuse(
      `There is no ${sort} "${member}".`,
      suggestion(member, keysAt(tree, top)) || `The spec has no "${top}".`,
    );
  const value = parseValue(set.slice(equals + 1), at);
  if (!value.ok) {
    mistakes.push(...value.error);
    return tree;
  }
  const branch = path.reduceRight<Located>(
    (inner, key) => ({ kind: 'map', at, entries: new Map([[key, { key: at, value: inner }]]) }),
    value.value,
  );
  return withKeysOf(tree, merge(tree, branch) as LocatedMap, path.slice(0, -1));
}

/** What is changed inside a stage does not make the stage the command line's: keys on the way stay where they were written. */
function withKeysOf(before: LocatedMap, after: LocatedMap, path: readonly string[]): LocatedMap {
  const [key, ...rest] = path;
  const [old, now] = key === undefined ? [] : [before.entries.get(key), after.entries.get(key)];
  if (key === undefined || old?.value.kind !== 'map' || now?.value.kind !== 'map') return after;
  return withEntries(after, { [key]: { key: old.key, value: withKeysOf(old.value, now.value, rest) } });
}

/** Each stage over what `defaults` says of its kind. */
function applyDefaults(tree: LocatedMap, mistakes: Diagnostic[]): LocatedMap {
  const defaults = mapAt(tree, 'defaults');
  const stages = mapAt(tree, 'stages');
  if (!defaults || !stages) return tree;
  const used = new Set<string>();
  const entries = [...stages.entries].map(([name, { key, value }]): [string, LocatedEntry] => {
    const kind = value.kind === 'map' ? value.entries.get('kind')?.value : undefined;
    if (kind?.kind !== 'scalar') return [name, { key, value }];
    const initial = mapAt(defaults, String(kind.value));
    if (!initial) return [name, { key, value }];
    used.add(String(kind.value));
    return [name, { key, value: merge({ ...initial, at: value.at }, value) }];
  });
  const kinds = [...stages.entries.values()].flatMap(({ value }) => {
    const kind = value.kind === 'map' ? value.entries.get('kind')?.value : undefined;
    return kind?.kind === 'scalar' ? [String(kind.value)] : [];
  });
  for (const [kind, { key }] of defaults.entries) {
    if (used.has(kind) || deletedKeys(defaults).length > 0) continue;
    mistakes.push({
      at: key,
      message: `No stage here is of the kind "${kind}", so these defaults are for nothing.`,
      help: suggestion(kind, [...new Set(kinds)]),
    });
  }
  return withEntries(tree, {
    stages: { key: tree.entries.get('stages')!.key, value: { ...stages, entries: new Map(entries) } },
  });
}

/** A variable has a value of its own; it does not refer to another. */
function variablesOf(tree: LocatedMap, mistakes: Diagnostic[]): Scope {
  const scope = new Map<string, Located>();
  for (const [name, { value }] of mapAt(tree, 'vars')?.entries ?? []) {
    if (value.kind === 'scalar' && isExpression(value))
      mistakes.push({
        at: value.at,
        message: `The variable "${name}" refers to a variable.`,
        help: 'Give it a value.',
      });
    // The schema says what a variable may be.
    else if (value.kind === 'scalar') scope.set(name, value);
  }
  return scope;
}

function replaceAll(tree: LocatedMap, variables: Scope, mistakes: Diagnostic[]): LocatedMap {
  const allVariables = keysAt(tree, 'vars');
  // A variable that is wrong itself has been blamed.
  const broken = allVariables.filter((name) => !variables.has(name));
  const replaced = (value: Located, others: ReadonlySet<string> | 'any') =>
    substitute(value, { scope: variables, others }, mistakes);
  const entries = [...tree.entries].map(([key, { key: at, value }]): [string, LocatedEntry] => {
    if (LITERAL.includes(key)) return [key, { key: at, value }];
    if (key === 'stages' && value.kind === 'map') {
      const stages = [...value.entries].map(([name, stage]): [string, LocatedEntry] => [
        name,
        { key: stage.key, value: replaced(stage.value, namesOfAxes(stage.value, broken)) },
      ]);
      return [key, { key: at, value: { ...value, entries: new Map(stages) } }];
    }
    return [key, { key: at, value: replaced(value, WITH_AXES.includes(key) ? 'any' : new Set(broken)) }];
  });
  return { ...tree, entries: new Map(entries) };
}

/** What else than variables a stage's expressions may name: of what it works on, any axis may come. */
function namesOfAxes(stage: Located, broken: readonly string[]): ReadonlySet<string> | 'any' {
  if (stage.kind !== 'map' || subjectWord(stage)) return 'any';
  const matrix = mapAt(stage, 'matrix');
  const words = ['product', 'zip'].flatMap((word) => (matrix ? keysAt(matrix, word) : []));
  const included = matrix?.entries.get('include')?.value;
  const rows = included?.kind === 'list' ? included.items : [];
  const inRows = rows.flatMap((row) => (row.kind === 'map' ? [...row.entries.keys()] : []));
  // The labels of a stage may name what its kind says of it.
  const ofKind = stage.entries.has('labels') ? 'any' : undefined;
  return ofKind ?? new Set([...(matrix?.entries.keys() ?? []), ...words, ...inRows, ...broken]);
}
