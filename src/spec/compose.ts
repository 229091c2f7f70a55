/** From the text of a spec to its final values: profile, then `--set`, then `${vars}`. */
import { suggestion } from '../util/suggest.js';
import { commandLine, type Diagnostic } from './diagnostic.js';
import {
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  locate,
  mapScalars,
  merge,
} from './located.js';
import { parseValue } from './parse.js';

/** The keys that a profile may set; it never adds or drops stages, protocols, tables or columns. */
export const PROFILE_KEYS = ['vars', 'data', 'scales', 'limits'] as const;

/** The profile that is taken where none is asked for. */
export const DEFAULT_PROFILE = 'demo';

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
  readonly mistakes: readonly Diagnostic[];
}

export function compose(raw: LocatedMap, { profile, sets }: Composition): Composed {
  const mistakes: Diagnostic[] = [];
  const chosen = applyProfile(raw, profile, mistakes);
  const assigned = sets.reduce((tree, set) => applySet(tree, set, mistakes), chosen.tree);
  return { tree: substitute(assigned, mistakes), profile: chosen.profile, mistakes };
}

/** Names of all profiles, in the order of the file. */
export function profileNames(raw: LocatedMap): readonly string[] {
  return keysAt(raw, ['profiles']);
}

function applyProfile(raw: LocatedMap, asked: string | undefined, mistakes: Diagnostic[]) {
  const names = profileNames(raw);
  const name = asked ?? (names.includes(DEFAULT_PROFILE) ? DEFAULT_PROFILE : undefined);
  if (name === undefined) return { tree: raw, profile: undefined };
  if (!names.includes(name)) {
    const at = commandLine(`--profile ${name}`);
    mistakes.push(
      names.length === 0
        ? { at, message: `This spec has no profiles, so no "${name}".` }
        : { at, message: `There is no profile "${name}".`, help: suggestion(name, names) },
    );
    return { tree: raw, profile: undefined };
  }
  const profile = locate(raw, ['profiles', name])!.value;
  // The schema says that a profile is a map.
  if (profile.kind !== 'map') return { tree: raw, profile: name };
  checkVariables(raw, profile, mistakes);
  const entries = [...profile.entries].filter(([key]) => (PROFILE_KEYS as readonly string[]).includes(key));
  return { tree: merge(raw, { ...profile, entries: new Map(entries) }) as LocatedMap, profile: name };
}

/** A profile gives other values to variables that the spec has; another name is a slip. */
function checkVariables(raw: LocatedMap, profile: LocatedMap, mistakes: Diagnostic[]): void {
  const names = keysAt(raw, ['vars']);
  for (const name of keysAt(profile, ['vars'])) {
    if (names.includes(name)) continue;
    mistakes.push({
      at: locate(profile, ['vars', name])!.key,
      message: `There is no variable "${name}" in the spec's own "vars" that a profile could change.`,
      help: suggestion(name, names),
    });
  }
}

function keysAt(tree: LocatedMap, path: readonly string[]): readonly string[] {
  const map = locate(tree, path)?.value;
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

/** What has members that `--set` changes but does not make. */
const MEMBERS = new Map([
  ['vars', 'variable'],
  ['stages', 'stage'],
  ['tables', 'table'],
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
  if (top === 'profiles')
    return refuse('A profile is not changed here.', 'Set the value itself, e.g. --set limits.train=100.');
  const sort = MEMBERS.get(top);
  if (sort !== undefined && member !== undefined && !keysAt(tree, [top]).includes(member))
    return refuse(`There is no ${sort} "${member}".`, suggestion(member, keysAt(tree, [top])));
  const value = parseValue(set.slice(equals + 1), at);
  if (!value.ok) {
    mistakes.push(...value.error);
    return tree;
  }
  const branch = path.reduceRight<Located>(
    (inner, key) => ({ kind: 'map', at, entries: new Map([[key, { key: at, value: inner }]]) }),
    value.value,
  );
  return merge(tree, branch) as LocatedMap;
}

/** Replaces each whole scalar `${name}` outside `vars` by the variable's value; a number stays a number. */
function substitute(tree: LocatedMap, mistakes: Diagnostic[]): LocatedMap {
  const names = keysAt(tree, ['vars']);
  const refuse = (scalar: LocatedScalar, message: string, help: string) => {
    mistakes.push({ at: scalar.at, message, help });
    return scalar;
  };
  const replace = (scalar: LocatedScalar): Located => {
    if (!isExpression(scalar)) return scalar;
    const name = /^\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}$/.exec(scalar.value)?.[1];
    if (name === undefined)
      return refuse(scalar, `"${scalar.value}" is not a variable.`, 'Write "${name}" and nothing around it.');
    const variable = locate(tree, ['vars', name])?.value;
    if (variable === undefined)
      return refuse(
        scalar,
        `There is no variable "${name}" in "vars".`,
        names.length > 0 ? suggestion(name, names) : 'The spec has no "vars".',
      );
    // The schema says what a variable may be.
    return variable.kind === 'scalar' && !isExpression(variable) ? { ...variable, variable: name } : scalar;
  };
  for (const name of names) {
    const { value } = locate(tree, ['vars', name])!;
    if (value.kind === 'scalar' && isExpression(value))
      refuse(value, `The variable "${name}" refers to a variable.`, 'Give it a value.');
  }
  const entries = [...tree.entries].map(([key, entry]): [string, LocatedEntry] => [
    key,
    key === 'vars' || key === 'profiles'
      ? entry
      : { key: entry.key, value: mapScalars(entry.value, replace) },
  ]);
  return { ...tree, entries: new Map(entries) };
}

/** Text that is, or means to be, replaced. */
export function isExpression(scalar: LocatedScalar): scalar is LocatedScalar & { readonly value: string } {
  return typeof scalar.value === 'string' && scalar.value.includes('${');
}
