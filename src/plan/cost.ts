import type { Cost, DataFacts, TaskDraft } from './definition.js';

/** The cost of reading each image of the index `role` once. */
export function costOfImages(
  { inputs }: TaskDraft,
  facts: (index: TaskDraft) => DataFacts,
  role = 'index',
): Cost {
  const { images } = facts(inputs[role] as TaskDraft);
  return images === undefined ? {} : { images };
}
