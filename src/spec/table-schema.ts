/** The schema of a table: whose results, which columns, which steps between rows. */
import { Type, type Static } from '../util/type.js';
import { heatmap } from './heatmap-schema.js';
import { NAMES, OneOf, Strict } from './schema.js';
import { partOfStage, type Selection, selection } from './selection-schema.js';
import { step } from './step-schema.js';

const columnNames = (description: string, example: readonly string[]) => ({
  minItems: 1,
  uniqueItems: true,
  description,
  examples: [example],
});

export const table = Strict(
  {
    rows: OneOf<Selection | readonly Selection[]>(
      [Type.String({ minLength: 1 }), partOfStage, Type.Array(selection, { minItems: 1 })],
      'the name of a stage or group, {each: NAME, where: {...}}, or a list of these',
      { description: 'Whose results are the rows.', examples: ['scores', ['single', 'ensembles']] },
    ),
    columns: Type.Array(
      Type.String({ minLength: 1 }),
      columnNames(
        'Axes (net, S, Q, ...), metrics (top1, top5, ...), what scores say of themselves (positions, images) and numbers that only the paper has (top5Test), in the order of the columns.',
        ['net', 'S', 'Q', 'positions', 'top1', 'top5', 'images'],
      ),
    ),
    over: Type.Optional(
      Type.Array(
        Type.String({ pattern: NAMES.LABEL_NAME }),
        columnNames('Axes over which a row is a mean with its standard deviation.', ['seed']),
      ),
    ),
    paper: Type.Optional(
      Type.String({
        pattern: '^[^#]+#[A-Za-z0-9_-]+$',
        description: "The paper's numbers: file#table, relative to the file that says so.",
        examples: ['paper.yaml#table3'],
      }),
    ),
    paperRows: Type.Enum(['joined', 'all'], {
      default: 'joined',
      description: 'Which rows of the paper are printed: those that equal one of ours, or all.',
    }),
    join: Type.Array(Type.String({ minLength: 1 }), {
      ...columnNames('Columns in which a row of ours equals a row of the paper.', ['net', 'S']),
      default: ['net', 'S', 'Q'],
    }),
    heatmap: Type.Optional(heatmap),
    steps: Type.Optional(
      Type.Array(step, {
        uniqueItems: true,
        description:
          "Rows to compare two by two: the change of each metric, and whether its sign is clear and the paper's.",
        examples: [
          [
            { axis: 'net', from: 'D', to: 'E' },
            { axis: 'S', from: 256, to: '256..512', same: ['net'] },
          ],
        ],
      }),
    ),
  },
  { description: "A table of results, beside the paper's where one is named." },
);

export type TableSpec = Static<typeof table>;
