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
