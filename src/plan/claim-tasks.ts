/** `claims:` is sugar for one task of kind `claims`: which results each of them compares, repetitions together. */
import type { ClaimSpec } from '../spec/claim-schema.js';
import { suggestion } from '../util/suggest.js';
import type { TaskDraft } from './definition.js';
import { draftKey, repeatedDraft } from './draft-key.js';
import { artifactWords, type Expansion } from './expansion.js';
import { formatLabel, formatLabels, type Labels, labelsKey } from './labels.js';
import { labelOf, labelsOf, type Member } from './member.js';
import { listed } from './member-set.js';
import { pluginVersions } from './plugin-versions.js';

/** The axis that claims rest on, where a spec names none. */
const REPETITION = 'seed';

/** The kind that the `claims` of a spec are written as. */
export const CLAIMS_KIND = 'claims';

/** One claim, and the comparisons that it rests on. */
export interface ClaimPlan extends Pick<ClaimSpec, 'says' | 'expect' | 'metric' | 'margin'> {
  readonly name: string;
  readonly pairs: readonly ClaimPair[];
}

/** Two designs, with the repetitions of each. */
export interface ClaimPair {
  readonly from: ClaimSide;
  readonly to: ClaimSide;
  /** Axes in which both are equal. */
  readonly same: Labels;
}

export interface ClaimSide {
  /** What tells it from the other side. */
  readonly labels: Labels;
  /** Places among the inputs. */
  readonly inputs: readonly number[];
}

/** Undefined where there are no claims, or mistakes in them. */
export function claimsDraft(expansion: Expansion): TaskDraft | undefined {
  const { spec } = expansion;
  // Maps have no order; that of the spec is the report's.
  const entries = Object.entries(spec.values.claims ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const before = expansion.mistakes.length;
  const inputs = new Inputs();
  const claims = entries.map(([name, claim]) => new ClaimFinder(name, claim, expansion).plan(inputs));
  if (entries.length === 0 || expansion.mistakes.length > before) return undefined;
  const metricVersions = pluginVersions(
    spec.validator.vocabulary.metrics.map((metric) => [metric.name, metric.version] as const),
    new Set(entries.map(([, { metric }]) => metric)),
  );
  return {
    kind: CLAIMS_KIND,
    parameters: { claims, ...(metricVersions && { metricVersions }) },
    inputs: { scores: inputs.drafts },
    labels: {},
  };
}

/** Each task once, however many claims rest on it. */
class Inputs {
  readonly drafts: TaskDraft[] = [];
  readonly #places = new Map<string, number>();

  place({ draft }: Member): number {
    const key = draftKey(draft);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.drafts.length);
    return this.drafts.push(draft) - 1;
  }
}

type Side = 'from' | 'to';

class ClaimFinder {
  readonly #path: readonly string[];
  readonly #name: string;
  readonly #claim: ClaimSpec;
  readonly #expansion: Expansion;

  constructor(name: string, claim: ClaimSpec, expansion: Expansion) {
    this.#path = ['claims', name];
    this.#name = name;
    this.#claim = claim;
    this.#expansion = expansion;
  }

  /** Undefined after a mistake. */
  plan(inputs: Inputs): ClaimPlan | undefined {
    const from = this.#expansion.selected([...this.#path, 'from']);
    const to = this.#expansion.selected([...this.#path, 'to']);
    if (!from || !to || !this.#metricFits([...from, ...to])) return undefined;
    if (!this.#overIsKnown([...from, ...to])) return undefined;
    const same = this.#sameAxes(from, to);
    if (!same) return undefined;
    const firsts = this.#designs('from', from, same);
    const seconds = firsts && this.#designs('to', to, same);
    if (!seconds) return undefined;
    const keys = [...firsts.keys()].filter((key) => seconds.has(key));
    if (keys.length === 0) {
      this.#mistake(
        [],
        `No result of "from" and of "to" are equal in ${same.join(', ')}: ${listed(from)} against ${listed(to)}.`,
        'Say by "same" in which axes they are to be equal.',
      );
      return undefined;
    }
    const { says, expect, metric, margin } = this.#claim;
    const pairs = keys.map((key) => this.#pair(firsts.get(key)!, seconds.get(key)!, same, inputs));
    if (pairs.some((pair) => pair === undefined)) return undefined;
    return { name: this.#name, says, expect, metric, margin, pairs: pairs.map((pair) => pair!) };
  }

  #metricFits(members: readonly Member[]): boolean {
    const offered = this.#expansion.spec.validator.vocabulary.metrics;
    const { metric: name } = this.#claim;
    const metric = offered.find((known) => known.name === name);
    const other = members.find(({ artifact }) => artifact !== metric?.artifact);
    if (!other) return true;
    const fitting = offered.filter(({ artifact }) => artifact === other.artifact);
    this.#mistake(
      metric ? [] : ['metric'],
      metric
        ? `"${name}" is a number about ${artifactWords(metric.artifact)}, but "${other.stage}" makes ${artifactWords(other.artifact)}.`
        : `There is no metric "${name}" of ${artifactWords(other.artifact)}.`,
      fitting.length === 0
        ? `There is no metric of ${artifactWords(other.artifact)}.`
        : suggestion(
            name,
            fitting.map((known) => known.name),
          ),
    );
    return false;
  }

  /** Results need not be repeated over seeds, which is what is understood where nothing is said. */
  #overIsKnown(members: readonly Member[]): boolean {
    const axes = new Set(members.flatMap((member) => [...member.axes.keys()]));
    const wrong = this.#claim.over.findIndex((axis) => !axes.has(axis) && axis !== REPETITION);
    if (wrong < 0) return true;
    const name = this.#claim.over[wrong]!;
    this.#mistake(
      ['over', String(wrong)],
      `The results have no axis "${name}".`,
      suggestion(name, [...axes]),
    );
    return false;
  }

  /** Those that the claim names; else those that all results have and in which the sides share a value. */
  #sameAxes(from: readonly Member[], to: readonly Member[]): readonly string[] | undefined {
    const { same, over } = this.#claim;
    const members = [...from, ...to];
    const axes = [...from[0]!.axes.keys()].filter((axis) => members.every((one) => one.axes.has(axis)));
    if (same) {
      const wrong = same.findIndex((axis) => !axes.includes(axis) || over.includes(axis));
      if (wrong < 0) return same;
      const name = same[wrong]!;
      this.#mistake(
        ['same', String(wrong)],
        over.includes(name)
          ? `Results are repetitions over "${name}", so it cannot tell them apart.`
          : `The results have no axis "${name}" that all of them share.`,
        suggestion(
          name,
          axes.filter((axis) => !over.includes(axis)),
        ),
      );
      return undefined;
    }
    const values = (side: readonly Member[], axis: string) =>
      new Set(side.map((one) => formatLabel(labelOf(one.axes.get(axis)!))));
    return axes.filter((axis) => {
      const known = values(to, axis);
      return !over.includes(axis) && [...values(from, axis)].some((value) => known.has(value));
    });
  }

  /** By the axes in which both sides are equal; within one, results differ in what they are repeated over and in nothing else. */
  #designs(
    side: Side,
    members: readonly Member[],
    same: readonly string[],
  ): ReadonlyMap<string, readonly Member[]> | undefined {
    const { over } = this.#claim;
    const designs = new Map<string, Member[]>();
    for (const member of members) {
      const key = labelsKey(only(member, (axis) => same.includes(axis)));
      designs.set(key, [...(designs.get(key) ?? []), member]);
    }
    for (const [first, ...others] of designs.values()) {
      const repeated = (one: Member) => labelsKey(only(one, (axis) => over.includes(axis)));
      const design = (one: Member) => labelsKey(only(one, (axis) => !over.includes(axis)));
      const group = [first!, ...others];
      const isClear =
        others.every((other) => design(other) === design(first!)) &&
        new Set(group.map(repeated)).size === group.length;
      const twice = isClear ? repeatedDraft(group.map(({ draft }) => draft)) : undefined;
      if (isClear && !twice) continue;
      this.#mistake(
        [side],
        twice
          ? `${listed(twice.map((i) => group[i]!))} are one task, which would count twice.`
          : `Several results could stand on this side: ${listed(group)}.`,
        twice
          ? 'Leave one out by "where".'
          : 'Choose by "where", or name under "same" what tells them apart on both sides.',
      );
      return undefined;
    }
    return designs;
  }

  #pair(
    from: readonly Member[],
    to: readonly Member[],
    same: readonly string[],
    inputs: Inputs,
  ): ClaimPair | undefined {
    const { over } = this.#claim;
    const sideOf = (members: readonly Member[]): ClaimSide => ({
      labels: only(members[0]!, (axis) => !same.includes(axis) && !over.includes(axis)),
      inputs: members.map((member) => inputs.place(member)),
    });
    const pair = {
      from: sideOf(from),
      to: sideOf(to),
      same: only(from[0]!, (axis) => same.includes(axis)),
    };
    if (!pair.from.inputs.some((place) => pair.to.inputs.includes(place))) return pair;
    this.#mistake(
      ['to'],
      `${formatLabels(labelsOf(to[0]!.axes))} would be compared with itself.`,
      'Leave it out on one side by "where".',
    );
    return undefined;
  }

  #mistake(path: readonly string[], message: string, help: string): void {
    this.#expansion.mistake([...this.#path, ...path], message, help);
  }
}

function only({ axes }: Member, keep: (axis: string) => boolean): Labels {
  return labelsOf(new Map([...axes].filter(([axis]) => keep(axis))));
}
