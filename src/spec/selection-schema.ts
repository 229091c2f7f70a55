/** Members of stages and groups, as groups and tables name them. */
import { Type } from '../util/type.js';
import { type AxisValue, Named, NAMES, OneOf, scalar, Strict, where } from './schema.js';

/** Members of a stage or group, with further labels if wanted. */
export type Selection =
  | string
  | {
      readonly each: string;
      readonly where?: Readonly<Record<string, AxisValue>>;
      readonly labels?: Readonly<Record<string, string | number | boolean>>;
    };

export const partOfStage = Strict({
  each: Type.String({
    minLength: 1,
    description: 'The stage or group whose members are meant.',
    examples: ['scores'],
  }),
  where: Type.Optional(where),
  labels: Type.Optional(
    Named(NAMES.LABEL_NAME, scalar, {
      description: "Axes with one value, e.g. to join rows with the paper's.",
      examples: [{ entry: 'VGG (1 net)' }],
    }),
  ),
});

export const selection = OneOf<Selection>(
  [Type.String({ minLength: 1 }), partOfStage],
  'the name of a stage or group, or {each: NAME, where: {...}}',
  { examples: ['s256', { each: 'trained', where: { net: 'D' } }] },
);
