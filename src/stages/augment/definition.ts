/** The augmentation of training images as data, with the statistics of the training set that it and the nets need (Sect. 2.1, 3.1). */
import { Type, type Static } from '../../util/type.js';
import { costOfImages } from '../../plan/cost.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('augment', {
      description: "How training images are varied; computes the training set's mean RGB.",
    }),
    crop: Type.Enum(['random', 'centre'], {
      default: 'random',
      description: 'Where the training crop is taken from the rescaled image, once an image and epoch.',
    }),
    mirror: Type.Boolean({
      default: true,
      description: 'Whether half of the crops are mirrored left to right.',
    }),
  },
  { description: 'Training-image augmentation: random crop and horizontal mirror.' },
);

export type AugmentParameters = Omit<Static<typeof schema>, 'kind'>;

export const augmentDefinition: StageDefinition<Static<typeof schema>> = {
  kind: 'augment',
  version: '1',
  description: 'varies training images',
  schema,
  inputs: { index: 'index' },
  output: 'augmentation',
  usesEngine: false,
  readsImages: true,
  expand: ({ crop, mirror }, context) => ({
    kind: 'augment',
    parameters: { crop, mirror },
    inputs: { index: context.images('train') },
    labels: {},
  }),
  cost: (draft, facts) => costOfImages(draft, facts),
};
