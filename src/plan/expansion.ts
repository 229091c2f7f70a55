/** The stages of one spec to their members, each stage once, in the order of their references. */
import type { Diagnostic } from '../spec/diagnostic.js';
import type { Selection } from '../spec/experiment-schema.js';
import type { ResolvedSpec } from '../spec/load.js';
import { type Located, type LocatedMap, locate, mapAt, nearest } from '../spec/located.js';
import { suggestion } from '../util/suggest.js';
import type { ArtifactType } from './definition.js';
import type { Definitions } from './definitions.js';
import { ExpandSpec } from './expand-spec.js';
import { type Axes, describeMember, type Member } from './member.js';
import { MemberSet, membersWhere } from './member-set.js';
import type { References, Wanted } from './references.js';
import { StageExpander } from './stage-expander.js';

const ARTIFACT_WORDS: Readonly<Record<ArtifactType, string>> = {
  index: 'a list of images',
  augmentation: 'an augmentation',
  checkpoint: 'a checkpoint',
  scores: 'scores',
  table: 'a table',
  'box-checkpoint': 'a net that predicts boxes',
  boxes: 'boxes',
  features: 'features',
  predictions: 'predictions',
};

/** `checkpoint` to "a checkpoint"; a plugin's type by its name. */
export function artifactWords(artifact: ArtifactType): string {
  return ARTIFACT_WORDS[artifact] ?? `an artifact of type "${artifact}"`;
}

export class Expansion implements References {
  readonly mistakes: Diagnostic[] = [];
  readonly spec: ResolvedSpec;
  readonly definitions: Definitions;
  readonly #expander: StageExpander;
  /** Undefined for those in which there is a mistake. */
  readonly #expanded = new Map<string, MemberSet | undefined>();
  /** Stages and groups that are being expanded, each referred to by the one before. */
  readonly #chain: string[] = [];

  constructor(spec: ResolvedSpec, definitions: Definitions) {
    this.spec = spec;
    this.definitions = definitions;
    this.#expander = new StageExpander(this, new ExpandSpec(spec));
    for (const name of Object.keys(spec.values.groups ?? {}))
      if (mapAt(spec.tree, 'stages')?.entries.has(name))
        this.mistake(['groups', name], `"${name}" is a stage already.`, 'Give the group another name.');
  }

  /** Names of stages, in the order in which they were finished: each after those that it refers to. */
  finishedStages(): readonly string[] {
    return [...this.#expanded.keys()].filter((name) => this.spec.stages.has(name));
  }

  /** The members of a stage or group; undefined if there is a mistake in it. */
  members(name: string): MemberSet | undefined {
    if (this.#expanded.has(name)) return this.#expanded.get(name);
    this.#chain.push(name);
    // Of two with one name, which is a mistake, the stage is meant.
    const group = this.spec.stages.has(name) ? undefined : groupNamed(this.spec, name);
    const members = group ? this.#group(name) : this.#stage(name);
    this.#chain.pop();
    const set = members && new MemberSet(members);
    this.#expanded.set(name, set);
    return set;
  }

  /** The members that a name stands for, which must exist, make what is wanted and close no circle. */
  named(target: string, { artifact, path }: Wanted): MemberSet | undefined {
    const { stages, values, wrongStages } = this.spec;
    const names = [
      ...(mapAt(this.spec.tree, 'stages')?.entries.keys() ?? []),
      ...Object.keys(values.groups ?? {}),
    ];
    if (!names.includes(target)) {
      const fitting = names.filter((name) => this.#makes(name, artifact));
      this.mistake(path, `There is no stage or group "${target}".`, suggestion(target, fitting));
      return undefined;
    }
    const at = this.#chain.indexOf(target);
    if (at >= 0) {
      const circle = [...this.#chain.slice(at), target];
      this.mistake(
        path,
        circle.length === 2
          ? `"${target}" refers to itself.`
          : `The stages refer to each other in a circle: ${circle.join(' -> ')}.`,
        'Name a stage that does not need this one.',
      );
      return undefined;
    }
    if (!groupNamed(this.spec, target) && (wrongStages.has(target) || !stages.has(target))) return undefined;
    const set = this.members(target);
    const other = set?.members.find((member) => member.artifact !== artifact);
    if (!other) return set;
    const fitting = names.filter((name) => this.#makes(name, artifact));
    const holder =
      other.stage === target ? `The stage "${target}"` : `"${other.stage}" in the group "${target}"`;
    this.mistake(
      path,
      `${holder} makes ${artifactWords(other.artifact)}, but what is needed here is ${artifactWords(artifact)}.`,
      suggestion(target, fitting),
    );
    return undefined;
  }

  /** The one member that a name and a condition stand for. */
  one(target: string, where: LocatedMap | undefined, wanted: Wanted): Member | undefined {
    const set = this.named(target, wanted);
    const found = set && membersWhere(set, where, target, this.mistakes);
    if (!found) return undefined;
    if (found.length === 1) return found[0];
    const shown = found.slice(0, 8).map(describeMember).join('; ');
    this.mistake(
      wanted.path,
      found.length === 0
        ? `No member of "${target}" has all of these values, but exactly one is needed here.`
        : `"${target}" stands for ${found.length} tasks here, but exactly one is needed: ${shown}${found.length > 8 ? '; ...' : ''}.`,
      found.length === 0 ? 'Mend "where".' : 'Say which: {from: NAME, where: {axis: value}}.',
    );
    return undefined;
  }

  /** The members of one selection: a name, or a part of it with further axes. */
  selected(path: readonly string[], wanted: ArtifactType | undefined): readonly Member[] | undefined {
    const located = locate(this.spec.tree, path)!.value;
    const isName = located.kind === 'scalar';
    const selection = isName ? located.value : undefined;
    const each = isName ? String(selection) : nameUnder(located, 'each');
    const at = isName ? path : [...path, 'each'];
    const set = wanted === undefined ? this.#any(each, at) : this.named(each, { artifact: wanted, path: at });
    const where = located.kind === 'map' ? mapAt(located, 'where') : undefined;
    const found = set && membersWhere(set, where, each, this.mistakes);
    if (!found) return undefined;
    if (found.length === 0) {
      this.mistake(at, `No member of "${each}" has all of these values.`, 'Mend "where".');
      return undefined;
    }
    const labels = located.kind === 'map' ? mapAt(located, 'labels') : undefined;
    return labels ? this.#labelled(found, labels) : found;
  }

  mistake(path: readonly string[], message: string, help?: string): void {
    const entry = locate(this.spec.tree, path);
    const at = entry ? entry.value.at : nearest(this.spec.tree, path).key;
    this.mistakes.push({ at, message, ...(help !== undefined && { help }) });
  }

  #labelled(members: readonly Member[], labels: LocatedMap): readonly Member[] | undefined {
    const before = this.mistakes.length;
    const labelled = members.map((member): Member => {
      const more = this.#expander.labels(labels, member.axes);
      return { ...member, axes: new Map([...member.axes, ...more]) };
    });
    return this.mistakes.length > before ? undefined : labelled;
  }

  #stage(name: string): readonly Member[] | undefined {
    const stage = this.spec.stages.get(name);
    if (!stage || this.spec.wrongStages.has(name)) return undefined;
    return this.#expander.members(name, stage);
  }

  /** A group may hold members of any one type; which is wanted is known where it is used. */
  #any(name: string, path: readonly string[]): MemberSet | undefined {
    const output = this.#outputOf(name, new Set());
    return this.named(name, { artifact: output ?? 'checkpoint', path });
  }

  #group(name: string): readonly Member[] | undefined {
    const { concat, axes = [] } = this.spec.values.groups![name]!;
    const parts = concat.map((_: Selection, i) =>
      this.selected(['groups', name, 'concat', String(i)], undefined),
    );
    if (parts.some((part) => part === undefined)) return undefined;
    const members = parts.flatMap((part) => part!);
    for (const [i, axis] of axes.entries()) {
      const without = members.find((member) => !member.axes.has(axis));
      if (!without) continue;
      const has = [...without.axes.keys()].join(', ');
      this.mistake(
        ['groups', name, 'axes', String(i)],
        `Every member must have the axis "${axis}", but "${without.stage}" has ${has === '' ? 'none' : has}.`,
        'Give it the axis by "labels", or leave it out here.',
      );
      return undefined;
    }
    const twice = members.find(
      (member, i) => members.findIndex((m) => m.draft === member.draft && sameAxes(m.axes, member.axes)) < i,
    );
    if (twice) {
      this.mistake(
        ['groups', name, 'concat'],
        `${describeMember(twice)} of "${twice.stage}" is in this group twice.`,
        'Name it once.',
      );
      return undefined;
    }
    return members;
  }

  #makes(name: string, artifact: ArtifactType): boolean {
    return this.#outputOf(name, new Set()) === artifact;
  }

  /** What a stage, or the first stage of a group, makes. */
  #outputOf(name: string, seen: Set<string>): ArtifactType | undefined {
    if (seen.has(name)) return undefined;
    seen.add(name);
    const group = groupNamed(this.spec, name);
    if (group) {
      const [first] = group.concat;
      return this.#outputOf(typeof first === 'object' ? first.each : String(first), seen);
    }
    return this.definitions.get(this.spec.stages.get(name)?.kind ?? '')?.output;
  }
}

function sameAxes(a: Axes, b: Axes): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

function nameUnder(map: Located, key: string): string {
  const value = map.kind === 'map' ? map.entries.get(key)?.value : undefined;
  return value?.kind === 'scalar' ? String(value.value) : '';
}

/** A group of the spec's own: names such as `constructor` are no groups by themselves. */
function groupNamed({ values: { groups = {} } }: ResolvedSpec, name: string) {
  return Object.hasOwn(groups, name) ? groups[name] : undefined;
}
