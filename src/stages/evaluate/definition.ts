/** Evaluation of one net at one or more test scales (Sect. 3.2, 4.1-4.3). */
import { keptBytes } from '../../image/decoded-images.js';
import { Type, type Static } from '../../util/type.js';
import { FILTERS, LONG_SIDES, type Rescaling } from '../../image/rescale.js';
import { SINGLE_METHODS, type SingleMethod, VIEWS } from '../../image/views.js';
import { netCost } from '../../nn/net-cost.js';
import { costOfScores } from '../../plan/cost.js';
import type { Precision } from '../../nn/ops.js';
import type { MapAverage } from '../../nn/posterior.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { ExpandContext, StageDefinition, TaskDraft } from '../../plan/definition.js';
import { repeatedDraft } from '../../plan/draft-key.js';
import { meanDraft } from '../../plan/mean-draft.js';
import { Scales, Strict } from '../../spec/schema.js';
import { chunkAt, imageBytes } from './chunk.js';

const METHODS = [...SINGLE_METHODS, 'multi-crop & dense'] as const;

const schema = Strict(
  {
    kind: Type.Literal('evaluate', { description: 'Scores the validation images with a trained net.' }),
    Q: Scales(
      "Test scale: smallest side of the rescaled images, in the paper's px (crop 224). Over a list, the average is taken.",
    ),
    method: Type.Enum([...METHODS], {
      default: 'dense',
      description:
        'dense: the net over the whole image; multi-crop: a 5x5 grid of crops, 50 with mirrors; multi-crop & dense: the average of both; centre-crop: one; ten-crop: corners and centre, mirrored (Krizhevsky et al. 2012).',
    }),
    mirror: Type.Boolean({
      default: true,
      description: 'Whether each image or crop counts as it is and mirrored.',
    }),
    mapAverage: Type.Enum(['scores', 'posteriors'], {
      default: 'scores',
      description:
        'What dense evaluation averages over the positions of a score map: scores, before the soft-max, as the paper; or the posteriors of the positions.',
    }),
    filter: Type.Enum([...FILTERS], {
      default: 'bilinear',
      description: "The filter by which images are rescaled to Q, antialiased, as Pillow's of that name.",
    }),
    longSide: Type.Enum([...LONG_SIDES], {
      default: 'round',
      description:
        "How the px of the rescaled long side are made whole: to the nearest, or downwards as torchvision's Resize does.",
    }),
    precision: Type.Enum(['float32', 'bfloat16'], {
      default: 'float32',
      description:
        'Arithmetic of the net: bfloat16 is twice as fast where the processor has it, and rounds to 8 digits of binary. Whatever the net was trained in.',
    }),
    average: Type.Enum(['posteriors', 'logits'], {
      default: 'posteriors',
      description:
        'What is averaged over mirror images, crops, scales and methods: posteriors, as the paper; or their logarithms, made a posterior again.',
    }),
  },
  { description: 'Evaluates a net; makes a posterior for each image and class.' },
);

type EvaluateSpec = Static<typeof schema>;

/** One Q, in real px, and one method that is no mean of others. */
export interface EvaluateParameters extends Rescaling {
  readonly Q: number;
  readonly method: SingleMethod;
  readonly mirror: boolean;
  /** `float32` where left out. */
  readonly precision?: Precision;
  /** Of the dense method alone: a crop has one position. */
  readonly mapAverage?: MapAverage;
}

export const evaluateDefinition: StageDefinition<EvaluateSpec> = {
  kind: 'evaluate',
  version: '8',
  description: 'scores images with a net',
  schema,
  subject: { artifact: 'checkpoint', many: false, description: 'it evaluates a trained net.' },
  inputs: { index: 'index', checkpoint: 'checkpoint' },
  output: 'scores',
  usesEngine: true,
  readsImages: true,
  /** Scores of one net at one Q by one method are made once; everything else is a mean over them. */
  expand: (spec, context) => {
    const methods = spec.method === 'multi-crop & dense' ? (['multi-crop', 'dense'] as const) : [spec.method];
    const scales = [spec.Q].flat();
    const singles = methods.flatMap((method) => scales.map((Q) => single(spec, { Q, method }, context)));
    const twice = repeatedDraft(singles)?.map((i) => scales[i % scales.length]!);
    if (twice)
      context.mistake(
        'Q',
        `Q = ${twice[0]} and Q = ${twice[1]} are both ${context.realScale(twice[1]!)} px here, so their mean would count one size twice.`,
        'Give each other px under "scales.map", or leave one out.',
      );
    const [only] = singles;
    const labels = { Q: spec.Q, method: spec.method };
    if (spec.average === 'logits') return meanDraft(singles, labels, { of: 'logits-of-views' });
    return singles.length === 1 ? { ...only!, labels } : meanDraft(singles, labels);
  },
  cost: (draft, facts) => {
    const { parameters, inputs } = draft;
    const { Q, method, mirror } = parameters as unknown as EvaluateParameters;
    const { images, classes } = facts(inputs['index'] as TaskDraft);
    // An imported net may name its classes.
    const { classes: named, ...shape } = (inputs['checkpoint'] as TaskDraft).parameters;
    const count = classes ?? (Array.isArray(named) ? named.length : undefined);
    const net = netCost({ ...shape, ...(count !== undefined && { classes: count }) });
    const passes = VIEWS[method] * (mirror ? 2 : 1);
    const side = method === 'dense' ? Q : net?.crop;
    const scores = costOfScores(draft, facts);
    return {
      ...(images !== undefined && { images }),
      ...(net && { netParameters: net.parameters }),
      ...(net && images !== undefined && { multiplyAdds: images * passes * net.multiplyAdds(side!) }),
      ...scores,
      // Scores and their copy as files; the images of this chunk and the next, and those that are kept.
      ...(images !== undefined &&
        scores.bytes !== undefined && {
          heldBytes: 2 * scores.bytes + 2 * Math.min(images, chunkAt(Q)) * imageBytes(Q) + keptBytes(images),
        }),
    };
  },
};

function single(
  { mirror, mapAverage, filter, longSide, precision }: EvaluateSpec,
  { Q, method }: Pick<EvaluateParameters, 'Q' | 'method'>,
  context: ExpandContext,
): TaskDraft {
  const parameters: EvaluateParameters = {
    Q: checkedScale(context, 'Q', Q),
    method,
    mirror,
    filter,
    longSide,
    ...(precision !== 'float32' && { precision }),
    ...(method === 'dense' && { mapAverage }),
  };
  return {
    kind: 'evaluate',
    parameters: { ...parameters },
    inputs: { index: context.images('val'), checkpoint: context.subjects[0]!.draft },
    labels: { Q, method },
  };
}
