/** The activations before the last layer as image features (Appendix B). */
import { Type, type Static } from '../../util/type.js';
import { checkedScales } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { DatasetName, Scales, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('features', { description: 'Describes images by the activations of a trained net.' }),
    dataset: Type.Optional(DatasetName),
    Q: Scales("Test scale or scales, in the paper's px (crop 224)."),
    scales: Type.Enum(['average', 'stack'], {
      default: 'average',
      description: 'What is done with the features of several scales.',
    }),
    region: Type.Enum(['image', 'box'], {
      default: 'image',
      description: 'Whether the whole image is described or the box given with it (VOC actions).',
    }),
    mirror: Type.Boolean({
      default: true,
      description: 'Whether the features of the image and of its mirror image are averaged.',
    }),
  },
  { description: 'Features: dense over the image, averaged over positions, L2-normalised.' },
);

type FeaturesSpec = Static<typeof schema>;

export const featuresDefinition: StageDefinition<FeaturesSpec> = {
  kind: 'features',
  version: '1',
  description: 'describes images by activations',
  schema,
  subject: { artifact: 'checkpoint', many: false, description: 'it uses a trained net.' },
  inputs: { train: 'index', val: 'index', checkpoint: 'checkpoint' },
  output: 'features',
  usesEngine: true,
  readsImages: true,
  expand: ({ Q, scales, region, mirror, dataset }, context) => ({
    kind: 'features',
    parameters: { Q: checkedScales(context, 'Q', Q), scales, region, mirror },
    inputs: {
      train: context.images('train', 'dataset'),
      val: context.images('val', 'dataset'),
      checkpoint: context.subjects[0]!.draft,
    },
    labels: { ...(dataset !== undefined && { dataset }), Q },
  }),
  notYet: () => 'extract features',
};
