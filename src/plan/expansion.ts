/** The stages of one spec to their members, each stage once, in the order of their references. */
import type { Diagnostic } from '../spec/diagnostic.js';
import type { ResolvedSpec, SpecStage } from '../spec/load.js';
import { keysAt, type Located, type LocatedMap, locate, mapAt, nearest } from '../spec/located.js';
import type { Selection } from '../spec/selection-schema.js';
import { isExpression } from '../spec/substitute.js';
import { suggestion } from '../util/suggest.js';
import type { ArtifactType } from './definition.js';
import type { Definitions } from './definitions.js';
import { ExpandSpec } from './expand-spec.js';
import { type Axes, describeMember, type Member } from './member.js';
import { exampleOf, listed, MemberSet, membersWhere, noneLeft, repeated } from './member-set.js';
import type { References, Wanted } from './references.js';
import { referenceKeys, StageExpander } from './stage-expander.js';

const ARTIFACT_WORDS: Readonly<Record<ArtifactType, string>> = {
  index: 'a list of images',
  augmentation: 'an augmentation',
  checkpoint: 'a checkpoint',
  scores: 'scores',
  table: 'a table',
  claims: 'tests of claims',
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
  /** Of all stages and groups, wrong ones included. */
  readonly #names: ReadonlySet<string>;

  constructor(spec: ResolvedSpec, definitions: Definitions) {
    this.spec = spec;
    this.definitions = definitions;
    this.#expander = new StageExpander(this, new ExpandSpec(spec));
    this.#names = new Set([...keysAt(spec.tree, 'stages'), ...keysAt(spec.tree, 'groups')]);
    for (const [name, { key }] of mapAt(spec.tree, 'groups')?.entries ?? []) {
      if (!mapAt(spec.tree, 'stages')?.entries.has(name)) continue;
      this.mistakes.push({
        at: key,
        message: `"${name}" is a stage already.`,
        help: 'Give the group another name.',
      });
      // Which of the two is meant nobody knows, so what refers to them is not blamed.
      this.#expanded.set(name, undefined);
    }
  }

  /** Names of stages, in the order in which they were finished: each after those that it refers to. */
  finishedStages(): readonly string[] {
    return [...this.#expanded.keys()].filter((name) => this.spec.stages.has(name));
  }

  /** The members of a stage or group; undefined if there is a mistake in it. */
  members(name: string): MemberSet | undefined {
    if (this.#expanded.has(name)) return this.#expanded.get(name);
    this.#chain.push(name);
    const members = groupNamed(this.spec, name) ? this.#group(name) : this.#stage(name);
    this.#chain.pop();
    const set = members && new MemberSet(members);
    this.#expanded.set(name, set);
    return set;
  }

  /** The members that a name stands for, which must exist, make what is wanted and close no circle. */
  named(target: string, { artifact, path }: Wanted): MemberSet | undefined {
    if (!this.#exists(target, { artifact, path })) return undefined;
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
    const set = this.members(target);
    const other = artifact && set?.members.find((member) => member.artifact !== artifact);
    if (!other) return set;
    const holder =
      other.stage === target ? `The stage "${target}"` : `"${other.stage}" in the group "${target}"`;
    this.mistake(
      path,
      `${holder} makes ${artifactWords(other.artifact)}, but what is needed here is ${artifactWords(artifact)}.`,
      this.#others(target, artifact),
    );
    return undefined;
  }

  /** Of a stage that is wrong itself, and so not expanded: whether what it refers to exists. */
  #checkNames(name: string, stage: SpecStage): void {
    const definition = this.definitions.get(stage.kind);
    // A kind that no spec can name, or that nobody knows, has been blamed.
    if (!definition?.schema) return;
    for (const { key, artifact } of referenceKeys(definition)) {
      const value = stage.tree.entries.get(key)?.value;
      const isMap = value?.kind === 'map';
      const named = isMap ? value.entries.get('from')?.value : value;
      if (named?.kind !== 'scalar' || typeof named.value !== 'string') continue;
      // An empty name and one that only a member knows have been blamed, or cannot be.
      if (named.value === '' || isExpression(named)) continue;
      this.#exists(named.value, { artifact, path: ['stages', name, key, ...(isMap ? ['from'] : [])] });
    }
  }

  #exists(target: string, { artifact, path }: Wanted): boolean {
    if (this.#names.has(target)) return true;
    this.mistake(path, `There is no stage or group "${target}".`, this.#others(target, artifact));
    return false;
  }

  /** What may have been meant instead of a name that does not do. */
  #others(target: string, artifact: ArtifactType | undefined): string {
    const others = [...this.#names].filter((name) => name !== target && !this.#chain.includes(name));
    const fitting = artifact === undefined ? others : others.filter((name) => this.#makes(name, artifact));
    if (fitting.length > 0) return suggestion(target, fitting);
    return artifact === undefined ? 'There is no other.' : `No other stage makes ${artifactWords(artifact)}.`;
  }

  /** The one member that a name and a condition stand for. */
  one(target: string, where: LocatedMap | undefined, wanted: Wanted): Member | undefined {
    const set = this.named(target, wanted);
    const found = set && membersWhere(set, where, target, this.mistakes);
    if (!found) return undefined;
    if (found.length === 1) return found[0];
    if (found.length === 0) {
      this.mistakes.push(noneLeft(set, target, where!));
      return undefined;
    }
    this.mistake(
      wanted.path,
      `"${target}" stands for ${found.length} tasks here, but exactly one is needed: ${listed(found)}.`,
      `Say which by "where"${exampleOf(found)}.`,
    );
    return undefined;
  }

  /** The members of one selection, of whatever type: a name, or a part of it with further axes. */
  selected(path: readonly string[]): readonly Member[] | undefined {
    const located = locate(this.spec.tree, path)!.value;
    const isName = located.kind === 'scalar';
    const selection = isName ? located.value : undefined;
    const each = isName ? String(selection) : nameUnder(located, 'each');
    const set = this.named(each, { artifact: undefined, path: isName ? path : [...path, 'each'] });
    const where = located.kind === 'map' ? mapAt(located, 'where') : undefined;
    const found = set && membersWhere(set, where, each, this.mistakes);
    if (!found) return undefined;
    if (found.length === 0) {
      this.mistakes.push(noneLeft(set, each, where!));
      return undefined;
    }
    const labels = located.kind === 'map' ? mapAt(located, 'labels') : undefined;
    return labels ? this.#labelled(found, labels) : found;
  }

  /** A map of a table with the axes of a member put into its expressions. */
  substituted(map: LocatedMap, axes: Axes): Axes {
    return this.#expander.labels(map, axes);
  }

  mistake(path: readonly string[], message: string, help?: string): void {
    const entry = locate(this.spec.tree, path);
    const at = entry ? entry.value.at : nearest(this.spec.tree, path).key;
    this.mistakes.push({ at, message, ...(help !== undefined && { help }) });
  }

  #labelled(members: readonly Member[], labels: LocatedMap): readonly Member[] | undefined {
    const before = this.mistakes.length;
    const labelled = members.map((member): Member => {
      this.#expander.checkRelabels(`"${member.stage}"`, labels, member.axes);
      const more = this.#expander.labels(labels, member.axes);
      return { ...member, axes: new Map([...member.axes, ...more]) };
    });
    return this.mistakes.length > before ? undefined : labelled;
  }

  #stage(name: string): readonly Member[] | undefined {
    const stage = this.spec.stages.get(name);
    if (!stage) return undefined;
    if (this.spec.wrongStages.has(name)) {
      this.#checkNames(name, stage);
      return undefined;
    }
    return this.#expander.members(name, stage);
  }

  #group(name: string): readonly Member[] | undefined {
    const { concat, axes = [] } = groupNamed(this.spec, name)!;
    const parts = concat.map((_: Selection, i) => this.selected(['groups', name, 'concat', String(i)]));
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
    const twice = repeated(members);
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

function nameUnder(map: Located, key: string): string {
  const value = map.kind === 'map' ? map.entries.get(key)?.value : undefined;
  return value?.kind === 'scalar' ? String(value.value) : '';
}

/** A group of the spec's own: names such as `constructor` are no groups by themselves. */
function groupNamed({ values: { groups = {} } }: ResolvedSpec, name: string) {
  return Object.hasOwn(groups, name) ? groups[name] : undefined;
}
