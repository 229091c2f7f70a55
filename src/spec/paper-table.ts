/** The paper's numbers for one table, kept in a YAML file beside the specs. */
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Type, type Static } from '../util/type.js';
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import { validatorOf } from '../util/validator.js';
import type { Diagnostic, Position } from './diagnostic.js';
import { type Located, type LocatedMap, locate, nearest, toPlain } from './located.js';
import { parseRange, RANGE_PATTERN } from './range.js';
import { type MetricSchema, Strict } from './schema.js';
import { schemaMistakes } from './schema-mistakes.js';

const cell = Type.Unsafe<string | number | null | readonly (string | number)[]>({
  type: ['string', 'number', 'null', 'array'],
  items: { type: ['number', 'string'] },
});

const measuredOn = Strict(
  {
    dataset: Type.String({
      minLength: 1,
      description: 'Name of the image set; a set of ours that is the same is named so under "data".',
      examples: ['ilsvrc2012'],
    }),
    images: Type.Integer({ minimum: 1, description: 'Images behind each error.', examples: [50000] }),
    classes: Type.Integer({ minimum: 1, description: 'Classes of the set.', examples: [1000] }),
    width: Type.Number({
      exclusiveMinimum: 0,
      description: 'Width of the nets, 1 for the full one.',
      examples: [1],
    }),
    crop: Type.Integer({ minimum: 1, description: 'Side of the crop in px.', examples: [224] }),
    pooling: Type.Optional(
      Type.Enum(['ceil', 'floor'], {
        description: 'How the nets pool odd sides; "ceil", as the paper\'s, if left out.',
      }),
    ),
    weights: Type.Optional(
      Type.Enum(['oxford', 'torchvision'], {
        description:
          'Whose published weights were evaluated; left out where nets were trained for the table.',
      }),
    ),
    method: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'How the nets were evaluated, where no column "method" says so; "dense" if left out.',
        examples: ['dense'],
      }),
    ),
  },
  {
    description:
      'What the numbers were measured on: only where ours are from the same is a difference shown.',
    examples: [{ dataset: 'ilsvrc2012', images: 50000, classes: 1000, width: 1, crop: 224 }],
  },
);

export const paperTable = Strict({
  caption: Type.String({
    minLength: 1,
    description: "The paper's own caption.",
    examples: ['Table 3: ConvNet performance at a single test scale'],
  }),
  source: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 40,
      description: 'Whose numbers they are, as the heading of their column; "paper" if left out.',
      examples: ['torchvision'],
    }),
  ),
  measuredOn: Type.Optional(measuredOn),
  tolerance: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'Points by which the same weights may differ, evaluated by other programs: beyond, a row is said to differ. Of a part of the images, beyond its interval too.',
      examples: [0.3],
    }),
  ),
  columns: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    uniqueItems: true,
    description: 'Names of the columns.',
    examples: [['net', 'S', 'Q', 'top1', 'top5']],
  }),
  rows: Type.Array(Type.Array(cell), {
    minItems: 1,
    description: "Scales in the paper's px, errors in per cent, null where none is printed.",
    examples: [[['A', 256, 256, 29.6, 10.4]]],
  }),
});

export type PaperTable = Static<typeof paperTable>;
export type MeasuredOn = Static<typeof measuredOn>;

/** Made when first needed, and once. */
let compiled: ValidateFunction<PaperTable> | undefined;

/**
 * @param file that holds the paper's tables, as a map
 * @param reference where the spec names it, for mistakes about the name
 * @param metrics that may be columns
 */
export function readPaperTable(
  { file, name }: { file: string; name: string },
  tables: LocatedMap,
  { reference, metrics }: { readonly reference: Position; readonly metrics: readonly MetricSchema[] },
): Result<PaperTable, readonly Diagnostic[]> {
  const table = locate(tables, [name]);
  if (!table) {
    const names = [...tables.entries.keys()];
    return failed([
      { at: reference, message: `"${file}" has no table "${name}".`, help: suggestion(name, names) },
    ]);
  }
  const { value } = table;
  const known = paperTable.required;
  if (value.kind !== 'map' || !known.some((key) => value.entries.has(key)))
    return failed([
      {
        at: reference,
        message: `"${name}" in "${file}" is no table of a paper.`,
        help: `Such a table has ${known.join(', ')}.`,
      },
    ]);
  const paper = toPlain(table.value);
  const validate = (compiled ??= validatorOf<PaperTable>(paperTable));
  // The table stands in the file under its name: so do its mistakes.
  if (!validate(paper))
    return failed(schemaMistakes(validate.errors ?? [], table.value, { path: [name], name, complete: true }));
  const uneven = paper.rows.flatMap((row, i): Diagnostic[] => {
    if (row.length === paper.columns.length) return [];
    const { at } = nearest(table.value, ['rows', String(i)]).value;
    const help = `Write one for each of ${paper.columns.join(', ')}; null where the paper prints none.`;
    return [{ at, message: `This row has ${row.length} cells for ${paper.columns.length} columns.`, help }];
  });
  const wrong = uneven.length > 0 ? uneven : cellMistakes(paper, table.value, metrics);
  return wrong.length > 0 ? failed(wrong) : ok(paper);
}

/** Cells that cannot be what their column says: they would stand beside ours, or equal none of them, without a word. */
function cellMistakes(
  { columns, rows }: PaperTable,
  table: Located,
  metrics: readonly MetricSchema[],
): readonly Diagnostic[] {
  const kinds = columns.map((column) => metrics.find(({ name }) => name === column));
  return rows.flatMap((row, i) =>
    row.flatMap((cell, j): readonly Diagnostic[] => {
      const message = cellProblem(cell, kinds[j]);
      const { at } = nearest(table, ['rows', String(i), String(j)]).value;
      return message === undefined
        ? []
        : [{ at, message: `${columns[j]!} is ${JSON.stringify(cell)}, ${message}.` }];
    }),
  );
}

function cellProblem(cell: PaperTable['rows'][number][number], metric: MetricSchema | undefined) {
  if (metric) {
    if (cell !== null && typeof cell !== 'number')
      return 'but must be a number, or null where the paper prints none';
    const isRate = cell === null || !metric.isErrorRate || (cell >= 0 && cell <= 100);
    return isRate ? undefined : 'but must be from 0 to 100, in per cent';
  }
  const isRange = typeof cell === 'string' && new RegExp(RANGE_PATTERN).test(cell);
  return isRange && !parseRange(cell)
    ? 'which is no range: its first number must be the smaller one'
    : undefined;
}
