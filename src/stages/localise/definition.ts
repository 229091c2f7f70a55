/** Boxes for the validation images by a net that predicts them (Appendix A). */
import { Type, type Static } from '../../util/type.js';
import { checkedScales } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Reference, Scales, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('localise', { description: 'Predicts where the object of each image is.' }),
    Q: Scales("Test scale or scales, in the paper's px (crop 224); the boxes of several are merged."),
    method: Type.Enum(['ground-truth class', 'dense'], {
      default: 'dense',
      description:
        'ground-truth class: centre crop, the box of the true class; dense: everywhere, boxes merged greedily and rated by class scores.',
    }),
    classes: Type.Optional(
      Reference('scores', 'The scores of a classification net, by which dense boxes are rated.'),
    ),
  },
  { description: 'Boxes; correct when they overlap the true one by more than a half (IoU).' },
);

type LocaliseSpec = Static<typeof schema>;

export const localiseDefinition: StageDefinition<LocaliseSpec> = {
  kind: 'localise',
  version: '1',
  description: 'predicts boxes',
  schema,
  subject: { artifact: 'box-checkpoint', many: false, description: 'it applies a net that predicts boxes.' },
  inputs: { index: 'index', net: 'box-checkpoint', classes: 'scores' },
  output: 'boxes',
  usesEngine: true,
  readsImages: true,
  expand: ({ Q, method }, context) => {
    const classes = context.referred('classes');
    if (method === 'dense' && !classes)
      context.mistake(
        'method',
        'Dense boxes are rated by class scores, but "classes" names none.',
        'Add classes: NAME, a stage of kind "evaluate".',
      );
    const real = checkedScales(context, 'Q', Q);
    return {
      kind: 'localise',
      parameters: { Q: real, method },
      inputs: {
        index: context.images('val'),
        net: context.subjects[0]!.draft,
        ...(classes && { classes: classes.draft }),
      },
      labels: { Q, method },
    };
  },
  notYet: () => 'predict boxes',
};
