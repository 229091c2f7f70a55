/** From the text of a spec to its final values: profile, then `--set`, then `${vars}`. */
import { parseDocument } from 'yaml';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import type { Diagnostic, Position } from './diagnostic.js';
import {
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  locate,
  mapScalars,
  merge,
} from './located.js';

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

export interface Composed {
  readonly tree: LocatedMap;
  readonly profile: string | undefined;
}

export function compose(raw: LocatedMap, { profile, sets }: Composition): Result<Composed, Diagnostic[]> {
  const chosen = applyProfile(raw, profile);
  if (!chosen.ok) return chosen;
  const assigned = sets.reduce<Result<LocatedMap, Diagnostic[]>>(
    (tree, set) => (tree.ok ? applySet(tree.value, set) : tree),
    ok(chosen.value.tree),
  );
  if (!assigned.ok) return assigned;
  const substituted = substitute(assigned.value);
  return substituted.ok ? ok({ tree: substituted.value, profile: chosen.value.profile }) : substituted;
}

function applyProfile(raw: LocatedMap, asked: string | undefined): Result<Composed, Diagnostic[]> {
  const profiles = raw.entries.get('profiles')?.value;
  const names = profiles?.kind === 'map' ? [...profiles.entries.keys()] : [];
  const name = asked ?? (names.includes(DEFAULT_PROFILE) ? DEFAULT_PROFILE : undefined);
  if (name === undefined || profiles?.kind !== 'map') {
    if (name === undefined) return ok({ tree: raw, profile: undefined });
    return failed([
      { at: commandLine(`--profile ${name}`), message: `This spec has no profiles, so no "${name}".` },
    ]);
  }
  const profile = profiles.entries.get(name)?.value;
  if (profile?.kind !== 'map') {
    return failed([
      {
        at: commandLine(`--profile ${name}`),
        message: `There is no profile "${name}".`,
        help: suggestion(name, names),
      },
    ]);
  }
  const entries = [...profile.entries].filter(([key]) => (PROFILE_KEYS as readonly string[]).includes(key));
  return ok({ tree: merge(raw, { ...profile, entries: new Map(entries) }) as LocatedMap, profile: name });
}

/** The value is read as YAML, so numbers are numbers; the path's parts are separated by dots. */
function applySet(tree: LocatedMap, set: string): Result<LocatedMap, Diagnostic[]> {
  const at = commandLine(`--set ${set}`);
  const equals = set.indexOf('=');
  if (equals < 1)
    return failed([
      { at, message: `"${set}" is not an assignment.`, help: 'Write --set path.to.key=value.' },
    ]);
  const path = set.slice(0, equals).split('.');
  const value: unknown = parseDocument(set.slice(equals + 1)).toJS();
  const located = fromPlain(value, at);
  if (!located) return failed([{ at, message: `"${set}" sets a value that a spec cannot hold.` }]);
  const branch = path.reduceRight<Located>(
    (inner, key) => ({ kind: 'map', at, entries: new Map([[key, { key: at, value: inner }]]) }),
    located,
  );
  return ok(merge(tree, branch) as LocatedMap);
}

function fromPlain(value: unknown, at: Position): Located | undefined {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    return { kind: 'scalar', at, value: value as LocatedScalar['value'] };
  }
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item) => fromPlain(item, at));
  return items.every((item) => item !== undefined) ? { kind: 'list', at, items } : undefined;
}

function commandLine(text: string): Position {
  return { file: text, line: 1, column: 1, length: 1 };
}

/** Replaces each whole scalar `${name}` outside `vars` by the variable's value; a number stays a number. */
function substitute(tree: LocatedMap): Result<LocatedMap, Diagnostic[]> {
  const vars = locate(tree, ['vars'])?.value;
  const names = vars?.kind === 'map' ? [...vars.entries.keys()] : [];
  const mistakes: Diagnostic[] = [];
  const replace = (scalar: LocatedScalar): Located => {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) return scalar;
    const name = /^\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}$/.exec(scalar.value)?.[1];
    if (name === undefined) {
      mistakes.push({
        at: scalar.at,
        message: `"${scalar.value}" is not a variable.`,
        help: 'Write "${name}" and nothing around it.',
      });
      return scalar;
    }
    const variable = vars?.kind === 'map' ? vars.entries.get(name)?.value : undefined;
    if (variable?.kind === 'scalar') return { ...scalar, value: variable.value };
    mistakes.push({
      at: scalar.at,
      message: `There is no variable "${name}" in "vars".`,
      help: suggestion(name, names),
    });
    return scalar;
  };
  const entries = [...tree.entries].map(([key, entry]): [string, LocatedEntry] => [
    key,
    key === 'vars' || key === 'profiles'
      ? entry
      : { key: entry.key, value: mapScalars(entry.value, replace) },
  ]);
  return mistakes.length > 0 ? failed(mistakes) : ok({ ...tree, entries: new Map(entries) });
}
