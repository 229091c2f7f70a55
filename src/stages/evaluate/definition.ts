/** Evaluation of one net at one test scale (Sect. 3.2, 4.1). */
import { Type, type Static } from 'typebox';
import { checkedScale } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Reference, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('evaluate', { description: 'Scores the validation images with a trained net.' }),
    from: Reference('checkpoint', 'The stage whose net is evaluated.'),
    Q: Type.Integer({
      minimum: 224,
      description: "Test scale: smallest side of the rescaled images, in the paper's px (crop 224).",
    }),
    method: Type.Enum(['dense'], {
      default: 'dense',
      description: 'dense: the net is applied to the whole image, class scores averaged over positions.',
    }),
    mirror: Type.Boolean({
      default: true,
      description: 'Whether the posteriors of the image and of its mirror image are averaged.',
    }),
  },
  { description: 'Evaluates a net at one scale; makes a posterior for each image and class.' },
);

type EvaluateSpec = Static<typeof schema>;

/** `Q` in real px here. */
export type EvaluateParameters = Omit<EvaluateSpec, 'kind' | 'from'>;

export const evaluateDefinition: StageDefinition<EvaluateSpec> = {
  kind: 'evaluate',
  version: '1',
  description: 'scores images with a net',
  schema,
  inputs: { index: 'index', checkpoint: 'checkpoint' },
  output: 'scores',
  usesEngine: true,
  readsImages: true,
  expand: ({ Q, method, mirror }, context) => {
    const real = checkedScale(context, 'Q', Q);
    const checkpoint = context.from('from');
    return [
      {
        kind: 'evaluate',
        parameters: { Q: real, method, mirror },
        inputs: { index: context.images('val'), checkpoint },
        labels: { ...checkpoint.labels, Q, method },
      },
    ];
  },
};
