/** A step of a table: two rows that differ in one axis, compared. */
import { Type, type Static } from '../util/type.js';
import { axisValue, Named, NAMES, Strict } from './schema.js';

const value = (description: string, example: string) => ({
  ...axisValue,
  expected: 'a value of the axis',
  description,
  examples: [example],
});

export const step = Strict(
  {
    axis: Type.String({
      minLength: 1,
      description: 'The axis in which the two rows differ.',
      examples: ['net'],
    }),
    from: value('Its value in the first row.', 'D'),
    to: value('Its value in the second row, from which the first is taken.', 'E'),
    same: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        uniqueItems: true,
        description:
          'Axes in which the two rows are equal; every two such rows are compared. All other axes among the columns if left out.',
        examples: [['S']],
      }),
    ),
    paperChange: Type.Optional(
      Named(NAMES.NAME, Type.Number({ description: 'Points, second row less first.', examples: [7] }), {
        minProperties: 1,
        description: "The paper's change by metric, where it prints the change and not both rows.",
        examples: [{ top1: 7 }],
      }),
    ),
  },
  { description: 'Two rows that differ in one axis, compared on the same images.' },
);

export type StepSpec = Static<typeof step>;
