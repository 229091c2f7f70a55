/** The mean of score matrices: over scales, mirrors, methods and nets it is the same streaming sum (Sect. 3.2, 4.4). */
import { costOfScores } from '../../plan/cost.js';
import type { StageDefinition } from '../../plan/definition.js';
import { MEAN_KIND, type MeanOptions } from '../../plan/mean-draft.js';

export type MeanParameters = MeanOptions;

/** A spec does not name it: `evaluate` with several scales and `ensemble` come to it. */
export const meanDefinition: StageDefinition = {
  kind: MEAN_KIND,
  version: '3',
  description: 'averages posteriors',
  inputs: { scores: 'scores' },
  output: 'scores',
  usesEngine: false,
  readsImages: false,
  cost: costOfScores,
  expand: () => {
    throw new Error('Internal error: a spec cannot name the kind "mean"');
  },
};
