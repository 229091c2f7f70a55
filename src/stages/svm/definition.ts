/** A linear classifier on features, which are not trained further (Appendix B). */
import { Type, type Static } from '../../util/type.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('svm', { description: 'Trains and tests a linear SVM on features.' }),
    seed: Type.Integer({
      minimum: 0,
      default: 1,
      description: 'Of the fifth of the training images that chooses the hyper-parameters.',
    }),
  },
  { description: 'A linear SVM; the features of several nets are stacked.' },
);

export const svmDefinition: StageDefinition<Static<typeof schema>> = {
  kind: 'svm',
  version: '1',
  description: 'classifies features by a linear SVM',
  schema,
  subject: { artifact: 'features', many: true, description: 'it classifies features.' },
  inputs: { features: 'features' },
  output: 'predictions',
  usesEngine: false,
  readsImages: false,
  expand: ({ seed }, context) => ({
    kind: 'svm',
    parameters: { seed },
    inputs: { features: context.subjects.map(({ draft }) => draft) },
    labels: {},
  }),
  notYet: () => 'train an SVM on features',
};
