/** Training of one net by the paper's protocol (Sect. 3.1). */
import { Type, type Static } from '../../util/type.js';
import type { LayerSpec } from '../../nn/layer-spec.js';
import { netCost } from '../../nn/net-cost.js';
import type { TransferredLayers } from '../../nn/transfer.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { ExpandContext, StageDefinition, TaskDraft } from '../../plan/definition.js';
import {
  NetName,
  Reference,
  type ReferenceSpec,
  Scale,
  type ScaleSpec,
  Strict,
  tagged,
} from '../../spec/schema.js';
import { tellMistakes } from './mistakes.js';
import type { Schedule } from './schedule.js';

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

const plateau = Strict({
  kind: Type.Literal('plateau', {
    description: 'The learning rate drops when what is watched no longer improves, as in the paper.',
  }),
  metric: Type.Enum(['top1', 'top5', 'loss'], {
    default: 'top1',
    description: 'What has to improve: an error in per cent, or the loss.',
  }),
  patience: Type.Integer({
    minimum: 1,
    default: 3,
    description: 'Epochs without an improvement that are waited for before a drop.',
  }),
  minDelta: Type.Number({
    minimum: 0,
    default: 0.1,
    description: 'A smaller improvement is none: points of error, or nats of loss.',
  }),
  factor: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 0.1,
    description: 'What the rate is multiplied by at each drop.',
  }),
  drops: Type.Integer({
    minimum: 0,
    maximum: 3,
    default: 3,
    description: 'Drops at the most; three in the paper.',
  }),
});

/** Sect. 3.1 watched the validation images; design: a fixed 5% of the training images. */
const HELD_OUT = 0.05;

const LAYERS = ['all', 'firstFour+fc', 'fc'] as const satisfies readonly TransferredLayers[];

type InitSpec = string | (Exclude<ReferenceSpec, string> & { readonly layers?: TransferredLayers });

const schema = Strict(
  {
    kind: Type.Literal('train', { description: 'Trains a net.' }),
    net: NetName('The net, by its letter in Table 1 (A, A-LRN, B, B-5x5, C, D, E) or its name under "nets".'),
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
    S: Scale(
      "Training scale: smallest side of the rescaled images, in the paper's px (crop 224); of a range, drawn anew for each image.",
    ),
    augment: Reference('augmentation', 'The stage of kind "augment" whose policy and statistics are used.'),
    init: Type.Optional(
      Reference<InitSpec>('checkpoint', 'A trained net whose layers this one starts from.', {
        layers: Type.Optional(
          Type.Enum([...LAYERS], {
            description:
              'all (if left out); firstFour+fc: the four convolutions of net A that fit, and the fully-connected layers; fc: only these.',
          }),
        ),
      }),
    ),
    fineTune: Type.Enum(['all', 'fc'], {
      default: 'all',
      description: 'Which layers learn: all, or the fully-connected ones only (Sect. 4.4).',
    }),
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
    schedule: Type.Unsafe<Schedule>({
      ...tagged('kind', [steps, plateau], 'When the learning rate drops.'),
      default: { kind: 'steps', at: [0.7, 0.9], factor: 0.1 },
    }),
    watch: Type.Enum(['none', 'held-out', 'validation'], {
      default: 'none',
      description:
        'Images that are looked at after each epoch, by their centre crop: a fixed part of the training images, which is then not learnt from, or the validation images, as in the paper. A plateau is one of their errors.',
    }),
    heldOut: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: HELD_OUT,
      description: 'Part of the training images that "watch: held-out" keeps from learning.',
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
    precision: Type.Enum(['float32', 'bfloat16'], {
      default: 'float32',
      description:
        'Arithmetic of the training. bfloat16: products of numbers with 8 digits of binary, twice as fast where the processor has it; weights, their updates, sums and the loss stay float32.',
    }),
    seed: Type.Integer({
      minimum: 0,
      default: 1,
      description: 'Of initialisation, order, augmentation and dropout.',
    }),
  },
  { description: 'Trains a net: mini-batch SGD with momentum on the multinomial logistic loss.' },
);

type TrainSpec = Static<typeof schema>;

/** `S` in real px here; `crop` comes from the spec's scales, `layers` from a net of the spec's own. */
export type TrainParameters = Omit<TrainSpec, 'kind' | 'augment' | 'init' | 'S' | 'schedule'> & {
  readonly S: ScaleSpec;
  readonly crop: number;
  readonly schedule: Schedule;
  readonly layers?: readonly LayerSpec[];
  readonly initLayers?: TransferredLayers;
};

export const trainDefinition: StageDefinition<TrainSpec> = {
  kind: 'train',
  version: '6',
  description: 'trains a net',
  schema,
  inputs: { index: 'index', augmentation: 'augmentation', init: 'checkpoint', watched: 'index' },
  output: 'checkpoint',
  usesEngine: true,
  isDataParallel: true,
  readsImages: true,
  expand,
  cost: (draft, facts) => {
    const { epochs } = draft.parameters as unknown as TrainParameters;
    const { images, classes } = facts(draft.inputs['index'] as TaskDraft);
    const net = netCost({ ...draft.parameters, ...(classes !== undefined && { classes }) });
    const seen = images === undefined ? undefined : Math.round(images * epochs);
    return {
      ...(seen !== undefined && { images: seen }),
      ...(net && { netParameters: net.parameters, bytes: 4 * net.parameters }),
      // Forward, and backward to the inputs and to the weights of each layer.
      ...(net && seen !== undefined && { multiplyAdds: 3 * seen * net.multiplyAdds(net.crop) }),
    };
  },
};

function expand(spec: TrainSpec, context: ExpandContext): TaskDraft {
  const { kind, augment: _, init, ...rest } = spec;
  const from = context.referred('init');
  const layers = typeof init === 'object' ? (init.layers ?? 'all') : 'all';
  const net = context.net('net');
  tellMistakes({ spec, net, from, layers }, context);
  return {
    kind,
    parameters: {
      ...rest,
      // What nothing asks for makes no other training.
      heldOut: spec.watch === 'held-out' ? spec.heldOut : HELD_OUT,
      ...net,
      S: checkedScale(context, 'S', spec.S),
      crop: context.crop,
      ...(from && layers !== 'all' && { initLayers: layers }),
    },
    inputs: {
      index: context.images('train'),
      augmentation: context.referred('augment')!.draft,
      ...(from && { init: from.draft }),
      ...(spec.watch === 'validation' && { watched: context.images('val') }),
    },
    labels: { net: spec.net, S: spec.S },
  };
}
