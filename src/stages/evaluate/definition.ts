/** Evaluation of one net at one or more test scales (Sect. 3.2, 4.1-4.3). */
import { Type, type Static } from '../../util/type.js';
import { netCost } from '../../nn/net-cost.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { ExpandContext, StageDefinition, TaskDraft } from '../../plan/definition.js';
import { meanDraft, repeatedMember } from '../../plan/mean-draft.js';
import { Scales, Strict } from '../../spec/schema.js';

const METHODS = ['dense', 'multi-crop', 'multi-crop & dense', 'centre-crop', 'ten-crop'] as const;

const schema = Strict(
  {
    kind: Type.Literal('evaluate', { description: 'Scores the validation images with a trained net.' }),
    Q: Scales(
      "Test scale: smallest side of the rescaled images, in the paper's px (crop 224). Of a list, the posteriors are averaged.",
    ),
    method: Type.Enum([...METHODS], {
      default: 'dense',
      description:
        'dense: the net over the whole image; multi-crop: a 5x5 grid of crops, 50 with mirrors; both averaged; centre-crop: one; ten-crop: corners and centre, mirrored.',
    }),
    mirror: Type.Boolean({
      default: true,
      description: 'Whether the posteriors of the image and of its mirror image are averaged.',
    }),
  },
  { description: 'Evaluates a net; makes a posterior for each image and class.' },
);

type EvaluateSpec = Static<typeof schema>;

type Method = (typeof METHODS)[number];

/** One Q, in real px, and one method that is no mean of others. */
export interface EvaluateParameters {
  readonly Q: number;
  readonly method: Exclude<Method, 'multi-crop & dense'>;
  readonly mirror: boolean;
}

export const evaluateDefinition: StageDefinition<EvaluateSpec> = {
  kind: 'evaluate',
  version: '3',
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
    const twice = repeatedMember(singles)?.map((i) => scales[i % scales.length]!);
    if (twice)
      context.mistake(
        'Q',
        `Q = ${twice[0]} and Q = ${twice[1]} are both ${context.realScale(twice[1]!)} px here, so their mean would count one size twice.`,
        'Give each other px under "scales.map", or leave one out.',
      );
    const [only] = singles;
    const labels = { Q: spec.Q, method: spec.method };
    return singles.length === 1 ? { ...only!, labels } : meanDraft(singles, labels);
  },
  cost: ({ parameters, inputs }, facts) => {
    const { Q, method, mirror } = parameters as unknown as EvaluateParameters;
    const { images, classes } = facts(inputs['index'] as TaskDraft);
    const net = netCost({
      ...(inputs['checkpoint'] as TaskDraft).parameters,
      ...(classes !== undefined && { classes }),
    });
    const passes = { dense: 1, 'centre-crop': 1, 'multi-crop': 25, 'ten-crop': 5 }[method] * (mirror ? 2 : 1);
    const side = method === 'dense' ? Q : net?.crop;
    return {
      ...(images !== undefined && { images }),
      ...(net && { netParameters: net.parameters }),
      ...(net && images !== undefined && { multiplyAdds: images * passes * net.multiplyAdds(side!) }),
    };
  },
  notYet: ({ method }) =>
    method === 'dense' || method === 'centre-crop' ? undefined : `evaluate by the method "${String(method)}"`,
};

function single(
  { mirror }: EvaluateSpec,
  { Q, method }: Pick<EvaluateParameters, 'Q' | 'method'>,
  context: ExpandContext,
): TaskDraft {
  const parameters: EvaluateParameters = { Q: checkedScale(context, 'Q', Q), method, mirror };
  return {
    kind: 'evaluate',
    parameters: { ...parameters },
    inputs: { index: context.images('val'), checkpoint: context.subjects[0]!.draft },
    labels: { Q, method },
  };
}
