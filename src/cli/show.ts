import './short-work.js';
import { isOnCommandLine, formatPosition } from '../spec/diagnostic.js';
import { type Located, type LocatedEntry, type LocatedMap, toPlain, withEntries } from '../spec/located.js';
import { describeMember } from '../plan/member.js';
import type { Planned } from '../planner.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { plannerFor, planSpecs } from './planned-spec.js';

/** The spec as it comes out of `extends`, profile, `--set`, defaults and variables, each value with its origin. */
export async function execute(invocation: Invocation): Promise<number> {
  if (invocation.positionals.length > 1)
    throw new UserError('One spec at a time, please: show prints what one spec comes to.');
  const planned = await planSpecs(plannerFor(invocation), invocation);
  if (!planned) return 2;
  const { stage } = invocation.values;
  const shown = stage === undefined ? wholeSpec(planned) : membersOf(planned, String(stage));
  if (invocation.values['json'] === true) {
    console.log(JSON.stringify({ format: 1, values: leavesOf(shown, []) }, null, 2));
    return 0;
  }
  const lines = yamlOf(shown, 0);
  const width = Math.min(
    60,
    lines.reduce((most, { text, origin }) => Math.max(most, origin === '' ? 0 : text.length), 0),
  );
  for (const { text, origin } of lines)
    console.log(origin === '' ? text : `${text.padEnd(width)}  # ${origin}`);
  return 0;
}

/** Profiles and defaults have gone where they belong. */
function wholeSpec({ specs }: Planned): LocatedMap {
  return withEntries(specs[0]!.tree, { profiles: undefined, defaults: undefined });
}

/** Each member of one stage as it is, under the axes that tell it from its sisters. */
function membersOf({ specs, expansions }: Planned, stage: string): LocatedMap {
  const names = [...specs[0]!.stages.keys()];
  if (!names.includes(stage))
    throw new UserError(`--stage: there is no stage "${stage}". ${suggestion(stage, names)}`);
  const members = expansions[0]!.members(stage)!.members;
  const { tree } = specs[0]!;
  const entries = new Map<string, LocatedEntry>();
  for (const member of members) {
    const name = describeMember(member);
    // Members of a group may have the same axes.
    let [unique, n] = [name, 1];
    while (entries.has(unique)) unique = `${name} #${++n}`;
    entries.set(unique, { key: tree.at, value: member.tree });
  }
  return { ...tree, entries };
}

interface Line {
  readonly text: string;
  readonly origin: string;
}

function yamlOf(map: LocatedMap, depth: number): readonly Line[] {
  const indent = '  '.repeat(depth);
  return [...map.entries].flatMap(([key, { value }]): readonly Line[] =>
    value.kind === 'map' && value.entries.size > 0
      ? [{ text: `${indent}${word(key)}:`, origin: '' }, ...yamlOf(value, depth + 1)]
      : [{ text: `${indent}${word(key)}: ${flow(value)}`, origin: originOf(value) }],
  );
}

/** As it may stand in YAML: JSON is YAML, and plain words need no quotes. */
function flow(value: Located): string {
  if (value.kind === 'list') return `[${value.items.map(flow).join(', ')}]`;
  if (value.kind === 'map')
    return `{ ${[...value.entries].map(([key, entry]) => `${key}: ${flow(entry.value)}`).join(', ')} }`;
  return typeof value.value === 'string' && !/^[0-9]+$/.test(value.value)
    ? word(value.value)
    : JSON.stringify(value.value);
}

function word(text: string): string {
  const isWord =
    /^[A-Za-z]([\w ./+-]*[\w./+-])?$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isWord || /^[0-9]+$/.test(text) ? text : JSON.stringify(text);
}

function originOf(value: Located): string {
  const at = oneLine(isOnCommandLine(value.at) ? value.at.file : formatPosition(value.at));
  if (value.kind !== 'scalar') return at;
  if (value.variable !== undefined) return `\${${value.variable}} from ${at}`;
  return value.expression === undefined ? at : `${oneLine(value.expression)} at ${at}`;
}

/** A comment ends with its line. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function leavesOf(value: Located, path: readonly string[]): readonly object[] {
  if (value.kind === 'map' && value.entries.size > 0)
    return [...value.entries].flatMap(([key, entry]) => leavesOf(entry.value, [...path, key]));
  const { variable, expression } = value.kind === 'scalar' ? value : {};
  return [
    {
      path: path.join('.'),
      value: toPlain(value),
      at: value.at,
      ...(variable !== undefined && { variable }),
      ...(expression !== undefined && { expression }),
    },
  ];
}
