/** From the text of a spec to its final values: profile, then `--set`, then defaults of kinds, then variables. */
import { suggestion } from '../util/suggest.js';
import { commandLine, type Diagnostic, formatPosition } from './diagnostic.js';
import {
  DELETE,
  keysAt,
  kindOf,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  mapAt,
  merge,
  placesIn,
  withEntries,
  withoutDeletes,
} from './located.js';
import { parseValue } from './parse.js';
import { applyProfile } from './profile.js';
import { subjectWord } from './subject-words.js';
import { isExpression, type Scope, substitute } from './substitute.js';
import { MATRIX_WORDS } from './sweep-schema.js';

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
  /** Names of variables that are wrong themselves; what uses them is not looked at. */
  readonly brokenVariables: readonly string[];
  /** Names of stages in which an expression is wrong. */
  readonly brokenStages: ReadonlySet<string>;
  readonly mistakes: readonly Diagnostic[];
}

/** Sections that choose members of stages: names in them may also be axes. */
const WITH_AXES = ['groups', 'tables', 'claims'];

/** Sections in which nothing is replaced. */
const LITERAL = ['vars', 'profiles', 'defaults', 'extends', 'plugins'];

export function compose(raw: LocatedMap, { profile, sets }: Composition): Composed {
  const mistakes: Diagnostic[] = [];
  const chosen = applyProfile(raw, profile, mistakes);
  const assigned = sets.reduce((tree, set) => applySet(tree, set, mistakes), chosen.tree);
  const defaulted = withoutDeletes(applyDefaults(assigned, mistakes)) as LocatedMap;
  const variables = variablesOf(defaulted, mistakes);
  const brokenVariables = keysAt(defaulted, 'vars').filter((name) => !variables.has(name));
  const brokenStages = new Set<string>();
  const tree = replaceAll(defaulted, { variables, broken: brokenVariables, brokenStages }, mistakes);
  return { tree, profile: chosen.profile, variables, brokenVariables, brokenStages, mistakes };
}

/** What has members that `--set` changes but does not make. */
const MEMBERS = new Map([
  ['vars', 'variable'],
  ['datasets', 'data set'],
  ['stages', 'stage'],
  ['groups', 'group'],
  ['tables', 'table'],
  ['claims', 'claim'],
]);

/** Keys that decide what a spec is made of, before `--set` comes. */
const FIXED = new Map([
  ['profiles', ['A profile is not changed here.', 'Set the value itself, e.g. --set limits.train=100.']],
  ['extends', ['What a spec extends is not changed here.', 'Write a spec that extends another.']],
  ['plugins', ['Plugins are named in the spec only.', 'Add it there; --allow-plugin allows it.']],
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
  const [fixed, instead] = FIXED.get(top) ?? [];
  if (fixed !== undefined) return refuse(fixed, instead!);
  if (path.includes(DELETE))
    return refuse(
      'Nothing is taken away here.',
      `Write a spec that extends this one, with "${DELETE}" in it.`,
    );
  const sort = MEMBERS.get(top);
  if (sort !== undefined && member !== undefined && !keysAt(tree, top).includes(member))
    return refuse(
      `There is no ${sort} "${member}".`,
      suggestion(member, keysAt(tree, top)) || `This spec has no "${top}", and none are added here.`,
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
  const kinds = new Set<string>();
  const entries = [...stages.entries].map(([name, { key, value }]): [string, LocatedEntry] => {
    const kind = kindOf(value);
    if (kind === undefined) return [name, { key, value }];
    kinds.add(String(kind));
    const initial = mapAt(defaults, String(kind));
    return [name, { key, value: initial ? merge({ ...initial, at: value.at }, value) : value }];
  });
  const useless = [...defaults.entries].filter(([kind]) => !kinds.has(kind) && kind !== DELETE);
  for (const [kind, { key }] of useless)
    mistakes.push({
      at: key,
      message: `No stage here is of the kind "${kind}", so these defaults are for nothing.`,
      help: suggestion(kind, [...kinds]),
    });
  return withEntries(tree, {
    defaults: {
      key: tree.entries.get('defaults')!.key,
      value: withEntries(defaults, Object.fromEntries(useless.map(([kind]) => [kind, undefined]))),
    },
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

interface Variables {
  readonly variables: Scope;
  readonly broken: readonly string[];
  /** Takes the names of stages in which an expression is wrong. */
  readonly brokenStages: Set<string>;
}

function replaceAll(
  tree: LocatedMap,
  { variables, broken, brokenStages }: Variables,
  mistakes: Diagnostic[],
): LocatedMap {
  const replaced = (value: Located, others: ReadonlySet<string> | 'any', found = mistakes) =>
    substitute(value, { scope: variables, others }, found);
  const shared = placesOf(tree, 'defaults');
  const entries = [...tree.entries].map(([key, { key: at, value }]): [string, LocatedEntry] => {
    if (LITERAL.includes(key)) return [key, { key: at, value }];
    if (key === 'stages' && value.kind === 'map') {
      const stages = [...value.entries].map(([name, stage]): [string, LocatedEntry] => {
        const found: Diagnostic[] = [];
        const now = replaced(stage.value, namesOfAxes(stage.value, broken), found);
        if (found.length > 0) brokenStages.add(name);
        mistakes.push(...found.flatMap((mistake) => inStage(mistake, name, shared)));
        return [name, { key: stage.key, value: now }];
      });
      return [key, { key: at, value: { ...value, entries: new Map(stages) } }];
    }
    return [key, { key: at, value: replaced(value, WITH_AXES.includes(key) ? 'any' : new Set(broken)) }];
  });
  return { ...tree, entries: new Map(entries) };
}

/** Under `defaults` a name may be an axis of one stage and not of another, so a stage is told: the first one. */
function inStage(mistake: Diagnostic, stage: string, shared: Map<string, boolean>): readonly Diagnostic[] {
  const place = formatPosition(mistake.at);
  const wasBlamed = shared.get(place);
  if (wasBlamed === undefined) return [mistake];
  shared.set(place, true);
  const message = mistake.message.replace(/\.$/, `, for stages.${stage}.`);
  return wasBlamed ? [] : [{ ...mistake, message }];
}

/** The places of a section; none has been blamed yet. */
function placesOf(tree: LocatedMap, section: string): Map<string, boolean> {
  const value = tree.entries.get(section)?.value;
  return new Map(value ? placesIn(value).map((at) => [formatPosition(at), false]) : []);
}

/** What else than variables a stage's expressions may name: of what it works on, any axis may come. */
function namesOfAxes(stage: Located, broken: readonly string[]): ReadonlySet<string> | 'any' {
  // The labels of a stage may name what its kind says of it.
  if (stage.kind !== 'map' || subjectWord(stage) || stage.entries.has('labels')) return 'any';
  const matrix = stage.entries.get('matrix')?.value;
  if (!matrix) return new Set(broken);
  const axes = matrix.kind === 'map' ? axesOf(matrix) : undefined;
  // Of a matrix in a wrong form nobody knows the axes; the form is blamed.
  return axes ? new Set([...axes, ...broken]) : 'any';
}

/** The axes of a matrix; undefined if it has a wrong form. */
function axesOf(matrix: LocatedMap): readonly string[] | undefined {
  const words = MATRIX_WORDS as readonly string[];
  const axes = [...matrix.entries.keys()].filter((name) => !words.includes(name));
  for (const word of ['product', 'zip'] as const) {
    if (!matrix.entries.has(word)) continue;
    if (!mapAt(matrix, word)?.entries.size) return undefined;
    axes.push(...keysAt(matrix, word));
  }
  const included = matrix.entries.get('include')?.value;
  const rows = included?.kind === 'list' ? included.items : [];
  return [...axes, ...rows.flatMap((row) => (row.kind === 'map' ? [...row.entries.keys()] : []))];
}
