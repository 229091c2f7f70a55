/** Whether two drafts are one task, before either has a recipe. */
import { canonicalJson, digestBytes } from '../util/digest.js';
import type { TaskDraft } from './definition.js';

/** Drafts share their inputs, so without this a graph would be unfolded into a tree. */
const known = new WeakMap<TaskDraft, string>();

/** Equal for drafts that are one task: all that makes it what it is, and not its labels, which are for tables. */
export function draftKey(draft: TaskDraft): string {
  const before = known.get(draft);
  if (before !== undefined) return before;
  const { kind, parameters, inputs } = draft;
  const keys = Object.entries(inputs).map(([role, input]) => [role, [input].flat().map(draftKey)]);
  const key = digestBytes(canonicalJson({ kind, parameters, inputs: Object.fromEntries(keys) as object }));
  known.set(draft, key);
  return key;
}

/** The first two, by index, that are one task. */
export function repeatedDraft(drafts: readonly TaskDraft[]): readonly [number, number] | undefined {
  if (drafts.length < 2) return undefined;
  const places = new Map<string, number>();
  for (const [i, draft] of drafts.entries()) {
    const key = draftKey(draft);
    const first = places.get(key);
    if (first !== undefined) return [first, i];
    places.set(key, i);
  }
  return undefined;
}
