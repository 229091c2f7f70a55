/** Augmented crops to look at, before days of training on them. */
import { Type, type Static } from '../../util/type.js';
import { checkedScale } from '../../plan/checked-scale.js';
import type { StageDefinition } from '../../plan/definition.js';
import { Scale, type ScaleSpec, Strict } from '../../spec/schema.js';

const schema = Strict(
  {
    kind: Type.Literal('contact-sheet', { description: 'Draws 64 augmented crops on one picture.' }),
    S: Scale(
      "Scale of the crops: smallest side of the rescaled images, in the paper's px (crop 224); of a range, drawn for each crop.",
    ),
    seed: Type.Integer({ minimum: 0, default: 1, description: 'Of the draws.' }),
  },
  {
    description:
      'A picture of what nets are trained on: eight images of the training set, eight draws of the augmentation each.',
  },
);

/** `S` in real px here; `crop` comes from the spec's scales. */
export interface ContactSheetParameters {
  readonly S: ScaleSpec;
  readonly crop: number;
  readonly seed: number;
}

export const contactSheetDefinition: StageDefinition<Static<typeof schema>> = {
  kind: 'contact-sheet',
  version: '1',
  description: 'draws augmented crops',
  schema,
  subject: { artifact: 'augmentation', many: false, description: 'it shows what an augmentation does.' },
  inputs: { index: 'index', augmentation: 'augmentation' },
  output: 'picture',
  usesEngine: false,
  readsImages: true,
  expand: ({ S, seed }, context) => ({
    kind: 'contact-sheet',
    parameters: { S: checkedScale(context, 'S', S), crop: context.crop, seed },
    inputs: { index: context.images('train'), augmentation: context.subjects[0]!.draft },
    labels: { S },
  }),
};
