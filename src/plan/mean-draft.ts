import type { TaskDraft } from './definition.js';
import { draftKey } from './draft-key.js';
import type { Labels } from './labels.js';

/** The kind that averages score matrices; what stages with several scales, methods or nets come to. */
export const MEAN_KIND = 'mean';

/** What a mean may be beside the paper's plain one of posteriors (Sect. 3.2, 4.4). */
export interface MeanOptions {
  /** Of the members, in their order; equal where left out. */
  readonly weights?: readonly number[] | undefined;
  /** See {@link MeanOf}. */
  readonly of?: 'logits' | 'logits-of-views';
}

/** The mean of score matrices. Without weights the order of the members says nothing, so it is always the same. */
export function meanDraft(
  members: readonly TaskDraft[],
  labels: Labels,
  { weights, of }: MeanOptions = {},
): TaskDraft {
  const scores = weights ? members : inOrder(members);
  return {
    kind: MEAN_KIND,
    parameters: { ...(weights && { weights }), ...(of && { of }) },
    inputs: { scores },
    labels,
  };
}

/** The order of members of which none is first: the same however they are written. */
export function inOrder(members: readonly TaskDraft[]): readonly TaskDraft[] {
  const keyed = members.map((draft) => [draftKey(draft), draft] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, draft]) => draft);
}
