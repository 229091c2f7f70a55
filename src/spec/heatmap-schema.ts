/** A table as a map: one axis downwards, one across, a metric as shades. */
import { Type, type Static } from '../util/type.js';
import { axisValue, Strict } from './schema.js';

const axis = (description: string, example: string) =>
  Type.String({ minLength: 1, description, examples: [example] });

const mark = Strict(
  {
    at: {
      ...axisValue,
      expected: 'a value of the axis across, or a list of them',
      description: 'Values of the axis across at which each row has the mark.',
      examples: ['${mid(S)}'],
    },
    says: Type.String({ minLength: 1, description: 'What the mark means.', examples: ['Q = S'] }),
  },
  { description: 'A mark on some cells of each row.' },
);

export const heatmap = Strict(
  {
    rows: axis('The axis downwards.', 'S'),
    columns: axis('The axis across.', 'Q'),
    metric: axis('The metric that is shown, one of the columns of the table.', 'top1'),
    marks: Type.Optional(
      Type.Array(mark, {
        minItems: 1,
        maxItems: 3,
        description: 'Cells that are marked.',
        examples: [[{ at: '${mid(S)}', says: 'Q = S' }]],
      }),
    ),
  },
  {
    description: 'The rows once more as a map of two axes.',
    examples: [{ rows: 'S', columns: 'Q', metric: 'top1' }],
  },
);

export type HeatmapSpec = Static<typeof heatmap>;
