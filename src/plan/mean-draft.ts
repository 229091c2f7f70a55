import { canonicalJson } from '../util/digest.js';
import type { TaskDraft } from './definition.js';
import type { Labels } from './labels.js';

/** The kind that averages score matrices; what stages with several scales, methods or nets come to. */
export const MEAN_KIND = 'mean';

/**
 * The mean of posteriors (Sect. 3.2, 4.4).
 * @param weights of the members, in their order; equal where left out
 */
export function meanDraft(
  members: readonly TaskDraft[],
  labels: Labels,
  weights?: readonly number[],
): TaskDraft {
  return {
    kind: MEAN_KIND,
    parameters: weights ? { weights } : {},
    inputs: { scores: members },
    labels,
  };
}

/** The first two members, by index, that are one task: a mean would count its scores twice. */
export function repeatedMember(members: readonly TaskDraft[]): readonly [number, number] | undefined {
  if (members.length < 2) return undefined;
  const tasks = members.map((draft) => canonicalJson(withoutLabels(draft)));
  const at = tasks.findIndex((task, i) => tasks.indexOf(task) < i);
  return at < 0 ? undefined : [tasks.indexOf(tasks[at]!), at];
}

/** What makes a task what it is; its labels are for tables. */
function withoutLabels({ kind, parameters, inputs }: TaskDraft): object {
  const entries = Object.entries(inputs).map(([name, input]) => [
    name,
    [input].flat().map((draft) => withoutLabels(draft)),
  ]);
  return { kind, parameters, inputs: Object.fromEntries(entries) as object };
}
