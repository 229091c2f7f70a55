/** The members of a stage or group, found by the values of their axes (`where`). */
import type { Diagnostic, Position } from '../spec/diagnostic.js';
import { type Located, type LocatedMap, toPlain } from '../spec/located.js';
import { suggestion } from '../util/suggest.js';
import { draftKey } from './draft-key.js';
import { formatLabel, labelKey, labelsKey, type LabelValue } from './labels.js';
import { describeMember, labelOf, labelsOf, type Member } from './member.js';

export class MemberSet {
  readonly members: readonly Member[];
  /** By axis, by value; made when an axis is first asked for. */
  readonly #byAxis = new Map<string, ReadonlyMap<string, ReadonlySet<Member>>>();

  constructor(members: readonly Member[]) {
    this.members = members;
  }

  /** Every axis that some member has. */
  axes(): readonly string[] {
    return [...new Set(this.members.flatMap(({ axes }) => [...axes.keys()]))];
  }

  /** The values on an axis, as text. */
  values(axis: string): readonly string[] {
    return [...new Set([...this.#on(axis).values()].flatMap((members) => [...members].map(textOn(axis))))];
  }

  having(axis: string, value: LabelValue): ReadonlySet<Member> {
    return this.#on(axis).get(labelKey(value)) ?? new Set();
  }

  #on(axis: string): ReadonlyMap<string, ReadonlySet<Member>> {
    const known = this.#byAxis.get(axis);
    if (known) return known;
    const index = new Map<string, Set<Member>>();
    for (const member of this.members) {
      const value = member.axes.get(axis);
      if (!value) continue;
      const key = labelKey(labelOf(value));
      const found = index.get(key);
      if (found) found.add(member);
      else index.set(key, new Set([member]));
    }
    this.#byAxis.set(axis, index);
    return index;
  }
}

function textOn(axis: string) {
  return ({ axes }: Member) => formatLabel(labelOf(axes.get(axis)!));
}

/**
 * The members that fit. A name that no member has as axis, and a value that none has on it, are mistakes.
 * @param target the name of the stage or group, for messages
 * @returns undefined after a mistake
 */
export function membersWhere(
  set: MemberSet,
  where: LocatedMap | undefined,
  target: string,
  mistakes: Diagnostic[],
): readonly Member[] | undefined {
  if (!where || where.entries.size === 0) return set.members;
  const before = mistakes.length;
  const conditions = [...where.entries].map(([axis, { key, value }]) => {
    if (value.kind === 'list' && value.items.length === 0)
      mistakes.push({
        at: value.at,
        message: `No value of "${axis}" is named, so no member of "${target}" is left.`,
        help: `There is: ${set.values(axis).join(', ')}.`,
      });
    const allowed = alternativesOf(value).map((alternative) => ({
      ...alternative,
      members: set.having(axis, alternative.value),
    }));
    for (const { at, value: wanted, members } of allowed)
      if (members.size === 0) mistakes.push(noSuchMember(set, { axis, key, at, wanted, target }));
    return allowed.map(({ members }) => members);
  });
  if (mistakes.length > before) return undefined;
  const sizeOf = (sets: readonly ReadonlySet<Member>[]) => sets.reduce((sum, { size }) => sum + size, 0);
  const [first, ...others] = [...conditions].sort((a, b) => sizeOf(a) - sizeOf(b));
  const candidates = new Set(first!.flatMap((members) => [...members]));
  const fitting = [...candidates].filter((member) =>
    others.every((sets) => sets.some((members) => members.has(member))),
  );
  return conditions.length === 1 && first!.length === 1 ? fitting : inOrder(set, fitting);
}

/** As the members stand in the spec, whatever order the alternatives are named in. */
function inOrder(set: MemberSet, members: readonly Member[]): readonly Member[] {
  if (members.length < 2) return members;
  const chosen = new Set(members);
  return set.members.filter((member) => chosen.has(member));
}

interface Miss {
  readonly axis: string;
  readonly key: Position;
  readonly at: Position;
  readonly wanted: LabelValue;
  readonly target: string;
}

function noSuchMember(set: MemberSet, { axis, key, at, wanted, target }: Miss): Diagnostic {
  const axes = set.axes();
  if (!axes.includes(axis))
    return {
      at: key,
      message: `The members of "${target}" have no axis "${axis}".`,
      help: axes.length > 0 ? suggestion(axis, axes) : 'They have none at all.',
    };
  return {
    at,
    message: `No member of "${target}" has ${axis} = ${isPlain(wanted) ? formatLabel(wanted) : JSON.stringify(wanted)}.`,
    help: `There is: ${set.values(axis).join(', ')}.`,
  };
}

/** What to say of a condition each part of which some member meets, but none meets the whole. */
export function noneLeft(set: MemberSet, target: string, where: LocatedMap): Diagnostic {
  return {
    at: where.at,
    message: `No member of "${target}" has all of these values.`,
    help: `There is: ${listed(set.members)}.`,
  };
}

/** Members shown in a message. */
const SHOWN = 8;

export function listed(members: readonly Member[]): string {
  const shown = members.slice(0, SHOWN).map(describeMember).join('; ');
  const more = members.length - SHOWN;
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

/** `, e.g. where: {net: C}`, by an axis that tells the first member from all others; nothing if there is none. */
export function exampleOf([first, ...others]: readonly Member[]): string {
  for (const [axis, value] of first?.axes ?? []) {
    const key = labelKey(labelOf(value));
    const isTelling = others.every(({ axes }) => {
      const other = axes.get(axis);
      return !other || labelKey(labelOf(other)) !== key;
    });
    if (isTelling) return `, e.g. where: {${axis}: ${formatLabel(labelOf(value))}}`;
  }
  return '';
}

/** A member that stands among others a second time: the same task with the same axes. */
export function repeated(members: readonly Member[]): Member | undefined {
  const seen = new Set<string>();
  for (const member of members) {
    const key = `${draftKey(member.draft)} ${labelsKey(labelsOf(member.axes))}`;
    if (seen.has(key)) return member;
    seen.add(key);
  }
  return undefined;
}

/** Within a list the schema of a condition lets anything stand. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : typeof value !== 'object' || value === null;
}

function alternativesOf(value: Located): readonly { readonly at: Position; readonly value: LabelValue }[] {
  const items = value.kind === 'list' ? value.items : [value];
  return items.map((item) => ({ at: item.at, value: toPlain(item) as LabelValue }));
}
