/** A member of a stage: one task with the axes that tell it from its sisters. */
import { type Located, type LocatedMap, toPlain } from '../spec/located.js';
import type { ArtifactType, TaskDraft } from './definition.js';
import { formatLabels, type Labels, type LabelValue, sameLabel } from './labels.js';

/** Axes by name; each knows where it got its value. */
export type Axes = ReadonlyMap<string, Located>;

export interface Member {
  readonly stage: string;
  readonly artifact: ArtifactType;
  readonly draft: TaskDraft;
  readonly axes: Axes;
  /** The stage as this member has it: every value in its place, with where it came from. */
  readonly tree: LocatedMap;
}

export function labelsOf(axes: Axes): Labels {
  return Object.fromEntries([...axes].map(([name, value]) => [name, labelOf(value)]));
}

export function labelOf(value: Located): LabelValue {
  return toPlain(value) as LabelValue;
}

/** `net=A S=256`; the stage's name where there are no axes. */
export function describeMember({ stage, axes }: Member): string {
  return axes.size === 0 ? stage : formatLabels(labelsOf(axes));
}

/** The axes that all members have, with the same value. */
export function sharedAxes(members: readonly Member[]): Axes {
  const [first, ...others] = members;
  const shared = [...(first?.axes ?? [])].filter(([name, value]) =>
    others.every(({ axes }) => {
      const other = axes.get(name);
      return other !== undefined && sameLabel(labelOf(other), labelOf(value));
    }),
  );
  return new Map(shared);
}
