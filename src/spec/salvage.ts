/** What is left of a spec without the parts that do not fit their schema, so that the rest is checked all the same. */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { type Located, type LocatedMap, mapAt, withEntries } from './located.js';
import { keysOf } from './schema-mistakes.js';

/** Sections whose members stand by themselves: one that is wrong takes no other with it. */
const OF_MEMBERS: ReadonlySet<string> = new Set(['stages', 'groups', 'tables', 'claims']);

/** What stands in for sections and members that others rely on; no message shows it. */
const STAND_INS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  data: { kind: 'embedded' },
  datasets: { kind: 'embedded' },
};

/** @param errors of the tree against the schema of a spec, with the paths of what is wrong */
export function withoutWrongParts(tree: LocatedMap, errors: readonly ErrorObject[]): LocatedMap {
  let rest = tree;
  for (const error of errors) {
    const [section = '', member] = pathOf(error);
    if (section === '') continue;
    rest =
      member !== undefined && (OF_MEMBERS.has(section) || section === 'datasets') && mapAt(rest, section)
        ? withMember(rest, section, member)
        : withSection(rest, section);
  }
  return rest.entries.has('title') ? rest : withValue(rest, 'title', scalar('?', rest));
}

function withSection(tree: LocatedMap, section: string): LocatedMap {
  if (section === 'data') return withValue(tree, section, standIn(section, tree));
  return withEntries(tree, { [section]: undefined });
}

function withMember(tree: LocatedMap, section: string, member: string): LocatedMap {
  const map = mapAt(tree, section)!;
  const entry = map.entries.get(member);
  const value = STAND_INS[section] && entry ? standIn(section, tree) : undefined;
  const members = withEntries(map, { [member]: value && entry ? { key: entry.key, value } : undefined });
  return withValue(tree, section, members);
}

function withValue(tree: LocatedMap, key: string, value: Located): LocatedMap {
  return withEntries(tree, { [key]: { key: tree.entries.get(key)?.key ?? tree.at, value } });
}

function standIn(section: string, { at }: LocatedMap): Located {
  const entries = Object.entries(STAND_INS[section]!).map(
    ([key, value]) => [key, { key: at, value: { kind: 'scalar', at, value } }] as const,
  );
  return { kind: 'map', at, entries: new Map(entries) };
}

function scalar(value: string, { at }: LocatedMap): Located {
  return { kind: 'scalar', at, value };
}

/** Of a missing or unknown key, the path that it would have. */
function pathOf({ instancePath, params }: ErrorObject): readonly string[] {
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, string | undefined>>;
  const path = keysOf(instancePath);
  const key = additionalProperty ?? missingProperty;
  return key === undefined ? path : [...path, key];
}
