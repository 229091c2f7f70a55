/** The augmentation of training images as data, with the statistics of the training set that it and the nets need (Sect. 2.1, 3.1). */
import type { AugmentationPolicy } from '../../image/augmentation.js';
import { Type, type Static } from '../../util/type.js';
import { costOfImages } from '../../plan/cost.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Strict } from '../../spec/schema.js';

/** Krizhevsky et al. 2012. */
const COLOUR_SD = 0.1;

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
    colour: Type.Enum(['pca', 'pca-literal', 'none'], {
      default: 'pca',
      description:
        "Random shift of each image along the principal components of the training set's RGB: pca: by the square roots of the eigenvalues, some 7 grey levels; pca-literal: by the eigenvalues, as printed, hundreds of grey levels; none.",
    }),
    colourSd: Type.Number({
      minimum: 0,
      maximum: 10,
      default: COLOUR_SD,
      description: 'Standard deviation of the factors on the principal components.',
    }),
  },
  {
    description:
      'Training-image augmentation: random crop, horizontal mirror and colour shift; the scale is the S of "train".',
  },
);

export type AugmentParameters = AugmentationPolicy;

export const augmentDefinition: StageDefinition<Static<typeof schema>> = {
  kind: 'augment',
  version: '2',
  description: 'varies training images',
  schema,
  inputs: { index: 'index' },
  output: 'augmentation',
  usesEngine: false,
  readsImages: true,
  expand: ({ crop, mirror, colour, colourSd }, context) => ({
    kind: 'augment',
    // What nothing asks for makes no other augmentation.
    parameters: { crop, mirror, colour, colourSd: colour === 'none' ? COLOUR_SD : colourSd },
    inputs: { index: context.images('train') },
    labels: {},
  }),
  cost: (draft, facts) => costOfImages(draft, facts),
};
