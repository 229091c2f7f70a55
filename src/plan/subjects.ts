/** What the members of a stage work on; the words that say so have been checked (`spec/subject-words.ts`). */
import { type LocatedMap, mapAt, toPlain } from '../spec/located.js';
import { subjectWord } from '../spec/subject-words.js';
import { suggestion } from '../util/suggest.js';
import { labelKey } from './labels.js';
import { type Axes, describeMember, labelOf, type Member, sharedAxes } from './member.js';
import { membersWhere, noneLeft } from './member-set.js';
import { repeatedDraft } from './draft-key.js';
import type { References, StageAtHand } from './references.js';

/** What one or more members of a stage work on. */
export interface Subject {
  readonly members: readonly Member[];
  /** Inherited from what is worked on. */
  readonly axes: Axes;
}

/** In the order of the spec; one without members for kinds that work on nothing. Undefined after a mistake. */
export function subjectsOf(stage: StageAtHand, expansion: References): readonly Subject[] | undefined {
  const { name, tree, definition } = stage;
  const { subject } = definition;
  if (!subject) return [{ members: [], axes: new Map() }];
  const path = ['stages', name];
  const word = subjectWord(tree)!;
  const where = mapAt(tree, 'where');
  const target = String(toPlain(tree.entries.get(word)!.value));
  const wanted = { artifact: subject.artifact, path: [...path, word] };
  if (word === 'from') {
    const member = expansion.one(target, where, wanted);
    return member && [{ members: [member], axes: member.axes }];
  }
  const set = expansion.named(target, wanted);
  const found = set && membersWhere(set, where, target, expansion.mistakes);
  if (!found) return undefined;
  if (found.length === 0) {
    expansion.mistakes.push(noneLeft(set, target, where!));
    return undefined;
  }
  if (word === 'each') return found.map((member) => ({ members: [member], axes: member.axes }));
  return gathered(stage, found, expansion);
}

/** Members with equal values on the axes under `by`, together. */
function gathered(
  { name, tree }: StageAtHand,
  members: readonly Member[],
  expansion: References,
): readonly Subject[] | undefined {
  const path = ['stages', name, 'by'];
  const by = byAxes(tree);
  for (const [i, axis] of by.entries()) {
    const without = members.find(({ axes }) => !axes.has(axis));
    if (!without) continue;
    const known = [...without.axes.keys()];
    expansion.mistake(
      [...path, String(i)],
      `${describeMember(without)} of "${without.stage}" has no axis "${axis}".`,
      known.length > 0 ? suggestion(axis, known) : 'It has none at all.',
    );
    return undefined;
  }
  const gathers = new Map<string, Member[]>();
  for (const member of members) {
    const key = JSON.stringify(by.map((axis) => labelKey(labelOf(member.axes.get(axis)!))));
    const gather = gathers.get(key);
    if (gather) gather.push(member);
    else gathers.set(key, [member]);
  }
  const all = [...gathers.values()];
  const once = all.map((found) => isOnce(name, found, expansion));
  return once.every(Boolean) ? all.map((found) => ({ members: found, axes: sharedAxes(found) })) : undefined;
}

/** What stands for one task would count it twice. */
function isOnce(stage: string, members: readonly Member[], expansion: References): boolean {
  const twice = repeatedDraft(members.map(({ draft }) => draft));
  if (!twice) return true;
  const [a, b] = twice.map((i) => `${describeMember(members[i]!)} of "${members[i]!.stage}"`);
  expansion.mistake(
    ['stages', stage, 'over'],
    `${a!} and ${b!} are one task, which would count twice.`,
    'Leave one out by "where", or give their scales other px under "scales.map".',
  );
  return false;
}

function byAxes(tree: LocatedMap): readonly string[] {
  return toPlain(tree.entries.get('by')!.value) as readonly string[];
}
