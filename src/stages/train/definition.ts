/** Training of one net by the paper's protocol (Sect. 3.1). */
import { Type, type Static } from 'typebox';
import { NET_NAMES, type NetName } from '../../nn/nets.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Reference, Strict, tagged } from '../../spec/schema.js';

/** `at`: parts of the training after which the rate is divided. */
export interface StepSchedule {
  readonly kind: 'steps';
  readonly at: readonly number[];
  readonly factor: number;
}

const steps = Strict({
  kind: Type.Literal('steps', { description: 'The learning rate drops after given parts of the training.' }),
  at: Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), {
    maxItems: 3,
    default: [0.7, 0.9],
    description:
      'Parts of the training (0 to 1) after which the rate is multiplied by "factor"; at most three, as in the paper.',
  }),
  factor: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 0.1,
    description: 'What the rate is multiplied by at each drop.',
  }),
});

const schema = Strict(
  {
    kind: Type.Literal('train', { description: 'Trains a net from its initialisation.' }),
    net: Type.Enum([...NET_NAMES], { description: 'The net, by its letter in Table 1.' }),
    width: Type.Number({
      exclusiveMinimum: 0,
      maximum: 8,
      default: 1,
      description: "Factor on all channel and unit counts; 1 is the paper's net.",
    }),
    pooling: Type.Enum(['ceil', 'floor'], {
      default: 'ceil',
      description: 'How 2x2 pools treat odd sides: ceil as Caffe (and the paper), floor as torchvision.',
    }),
    S: Type.Integer({
      minimum: 224,
      description: "Training scale: smallest side of the rescaled images, in the paper's px (crop 224).",
    }),
    augment: Reference('augmentation', 'The stage of kind "augment" whose policy and statistics are used.'),
    initialisation: Type.Enum(['he', 'gaussian'], {
      default: 'gaussian',
      description:
        "he: N(0, 2/fan-in), inputs divided by the pixels' deviation; gaussian: sd 0.01, inputs 0-255 less the mean.",
    }),
    epochs: Type.Number({
      exclusiveMinimum: 0,
      maximum: 100_000,
      default: 74,
      description: 'Passes over the training images.',
    }),
    batch: Type.Integer({ minimum: 1, maximum: 65_536, default: 256, description: 'Images a step.' }),
    rate: Type.Number({ exclusiveMinimum: 0, default: 0.01, description: 'Learning rate at the start.' }),
    schedule: Type.Unsafe<StepSchedule>({
      ...tagged('kind', [steps], 'When the learning rate drops.'),
      default: { kind: 'steps', at: [0.7, 0.9], factor: 0.1 },
    }),
    momentum: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: "Momentum of SGD, in Caffe's form.",
    }),
    weightDecay: Type.Number({ minimum: 0, default: 5e-4, description: 'L2 on weights, not on biases.' }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'Probability to drop a unit of the first two fully-connected layers.',
    }),
    precision: Type.Enum(['float32'], { default: 'float32', description: 'Arithmetic of the training.' }),
    seed: Type.Integer({
      minimum: 0,
      default: 1,
      description: 'Of initialisation, order, augmentation and dropout.',
    }),
  },
  { description: 'Trains a net: mini-batch SGD with momentum on the multinomial logistic loss.' },
);

type TrainSpec = Static<typeof schema>;

/** `S` in real px here; `crop` comes from the spec's scales. */
export type TrainParameters = Omit<TrainSpec, 'kind' | 'augment' | 'net' | 'schedule'> & {
  readonly net: NetName;
  readonly crop: number;
  readonly schedule: StepSchedule;
};

export const trainDefinition: StageDefinition<TrainSpec> = {
  kind: 'train',
  version: '1',
  description: 'trains a net',
  schema,
  inputs: { index: 'index', augmentation: 'augmentation' },
  output: 'checkpoint',
  usesEngine: true,
  readsImages: true,
  expand: (spec, context) => {
    const S = checkedScale(context, 'S', spec.S);
    const { kind, augment, ...rest } = spec;
    return [
      {
        kind: 'train',
        parameters: { ...rest, S, crop: context.crop },
        inputs: { index: context.images('train'), augmentation: context.from('augment') },
        labels: { net: spec.net, S: spec.S },
      },
    ];
  },
};
