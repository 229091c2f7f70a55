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

/** Bytes of a score matrix, posteriors and their logarithms in float32, over the images that a draft's inputs list. */
export function costOfScores(draft: TaskDraft, facts: (index: TaskDraft) => DataFacts): Pick<Cost, 'bytes'> {
  const index = indexBehind(draft);
  const { images, classes } = index ? facts(index) : { images: undefined, classes: undefined };
  return images === undefined || classes === undefined ? {} : { bytes: 8 * images * classes };
}

/** Members of a mean are of one index. */
function indexBehind({ inputs }: TaskDraft): TaskDraft | undefined {
  const index = inputs['index'] as TaskDraft | undefined;
  const first = Object.values(inputs).flat()[0];
  return index ?? (first && indexBehind(first));
}
