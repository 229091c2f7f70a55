/** Training of a net that predicts boxes, from a classification net (Appendix A). */
import { Type, type Static } from '../../util/type.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Scale, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('train-boxes', { description: 'Trains a net that predicts boxes.' }),
    S: Scale("Training scale: smallest side of the rescaled images, in the paper's px (crop 224)."),
    regression: Type.Enum(['SCR', 'PCR'], {
      default: 'PCR',
      description: 'SCR: one box for all classes (4 numbers); PCR: one a class (4 numbers each).',
    }),
    fineTune: Type.Enum(['fc1-fc2', 'all'], {
      default: 'all',
      description: 'Which layers of the classification net learn; the last one is always new.',
    }),
    epochs: Type.Number({
      exclusiveMinimum: 0,
      maximum: 100_000,
      default: 20,
      description: 'Passes over the training images.',
    }),
    batch: Type.Integer({ minimum: 1, maximum: 65_536, default: 256, description: 'Images a step.' }),
    rate: Type.Number({ exclusiveMinimum: 0, default: 0.001, description: 'Learning rate at the start.' }),
    seed: Type.Integer({ minimum: 0, default: 1, description: 'Of the last layer, order and augmentation.' }),
  },
  { description: 'Trains the box regression of Appendix A by the Euclidean loss.' },
);

type TrainBoxesSpec = Static<typeof schema>;

export const trainBoxesDefinition: StageDefinition<TrainBoxesSpec> = {
  kind: 'train-boxes',
  version: '1',
  description: 'trains a net that predicts boxes',
  schema,
  subject: { artifact: 'checkpoint', many: false, description: 'it starts from a classification net.' },
  inputs: { index: 'index', checkpoint: 'checkpoint' },
  output: 'box-checkpoint',
  usesEngine: true,
  readsImages: true,
  expand: ({ kind, ...spec }, context) => ({
    kind,
    parameters: { ...spec, S: checkedScale(context, 'S', spec.S), crop: context.crop },
    inputs: { index: context.images('train'), checkpoint: context.subjects[0]!.draft },
    labels: { S: spec.S, regression: spec.regression },
  }),
  notYet: () => 'predict boxes',
};
