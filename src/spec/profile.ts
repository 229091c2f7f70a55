/** Profiles: scales of work that a spec offers, one of which is merged over it. */
import { suggestion } from '../util/suggest.js';
import { commandLine, type Diagnostic } from './diagnostic.js';
import { wrongDeletes } from './extend.js';
import { DELETE, keysAt, type LocatedMap, locate, mapAt, merge } from './located.js';

/** The keys that a profile may set; it never adds or drops stages, protocols, tables or columns. */
export const PROFILE_KEYS = ['vars', 'data', 'datasets', 'scales', 'limits'] as const;

/** The profile that is taken where none is asked for. */
export const DEFAULT_PROFILE = 'demo';

/** Names of all profiles, in the order of the file. */
export function profileNames(raw: LocatedMap): readonly string[] {
  return keysAt(raw, 'profiles');
}

/** The spec with the profile's values, and the profile that was taken: `demo` where none is asked for and it exists. */
export function applyProfile(
  raw: LocatedMap,
  asked: string | undefined,
  mistakes: Diagnostic[],
): { readonly tree: LocatedMap; readonly profile: string | undefined } {
  const names = profileNames(raw);
  const name = asked ?? (names.includes(DEFAULT_PROFILE) ? DEFAULT_PROFILE : undefined);
  if (name === undefined) return { tree: raw, profile: undefined };
  if (!names.includes(name)) {
    const at = commandLine(`--profile ${name}`);
    mistakes.push(
      names.length === 0
        ? { at, message: `This spec has no profiles, so no "${name}".`, help: 'Leave --profile out.' }
        : { at, message: `There is no profile "${name}".`, help: suggestion(name, names) },
    );
    return { tree: raw, profile: undefined };
  }
  const profile = mapAt(mapAt(raw, 'profiles')!, name);
  // The schema says that a profile is a map.
  if (!profile) return { tree: raw, profile: name };
  checkNames(raw, profile, mistakes);
  const entries = [...profile.entries].filter(([key]) => (PROFILE_KEYS as readonly string[]).includes(key));
  const part: LocatedMap = { ...profile, entries: new Map(entries) };
  mistakes.push(...wrongDeletes(raw, part, { path: [], defaults: new Set() }));
  return { tree: merge(raw, part) as LocatedMap, profile: name };
}

/** A profile gives other values to variables and data sets that the spec has; another name is a slip. */
function checkNames(raw: LocatedMap, profile: LocatedMap, mistakes: Diagnostic[]): void {
  for (const [section, sort] of [
    ['vars', 'variable'],
    ['datasets', 'data set'],
  ] as const) {
    const names = keysAt(raw, section);
    for (const name of keysAt(profile, section)) {
      if (names.includes(name) || name === DELETE) continue;
      mistakes.push({
        at: locate(profile, [section, name])!.key,
        message: `There is no ${sort} "${name}" in the spec's own "${section}" that a profile could change.`,
        help: suggestion(name, names),
      });
    }
  }
}
