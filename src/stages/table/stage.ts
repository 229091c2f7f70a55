import { readScores } from '../../nn/scores.js';
import type { Labels } from '../../plan/labels.js';
import { rowsOfPaper } from '../../plan/paper-rows.js';
import type { Metrics } from '../../run/metric.js';
import { type ArtifactReader, Stage, type StageTask } from '../../run/stage.js';
import { type Table, TABLE_FILE, type TableCell, type TableRow } from '../../run/table.js';
import type { TableParameters } from './definition.js';
import { protocolLine, realScales } from './protocol-line.js';

type PaperRow = NonNullable<TableParameters['paper']>['rows'][number];

export class TableStage extends Stage<TableParameters> {
  readonly kind = 'table';
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    super();
    this.#metrics = metrics;
  }

  async run({ parameters, inputs, output }: StageTask<TableParameters>): Promise<void> {
    const ours: { readonly row: TableRow; readonly printed: PaperRow | undefined }[] = [];
    let first = 0;
    for (const { labels, inputs: count } of parameters.rows) {
      const artifacts = inputs['rows']!.slice(first, first + count);
      first += count;
      const printed = paperRow(parameters, labels);
      ours.push({ row: await this.#row(parameters, labels, { artifacts, printed }), printed });
    }
    const table: Table = {
      format: 2,
      name: parameters.name,
      caption: parameters.caption,
      columns: parameters.columns.map((name) => this.#column(name, parameters)),
      rows: parameters.paperRows === 'all' ? withPaper(parameters, ours) : ours.map(({ row }) => row),
    };
    await output.write(TABLE_FILE, `${JSON.stringify(table, null, 2)}\n`);
  }

  #column(name: string, { metrics }: TableParameters) {
    const metric = metrics.includes(name) ? this.#metrics.get(name) : undefined;
    const { heading = name, isErrorRate = false } = metric ?? {};
    return { name, isMetric: metric !== undefined, heading, isErrorRate };
  }

  async #row(
    parameters: TableParameters,
    labels: Labels,
    {
      artifacts,
      printed,
    }: { readonly artifacts: readonly ArtifactReader[]; readonly printed: PaperRow | undefined },
  ): Promise<TableRow> {
    const metrics: Record<string, TableCell> = {};
    for (const name of parameters.metrics) {
      const values: number[] = [];
      for (const artifact of artifacts) values.push(await this.#metrics.get(name).measure(artifact));
      metrics[name] = { ...meanAndDeviation(values), paper: paperNumber(parameters, printed, name) };
    }
    return { labels, metrics, runs: artifacts.length, ...(await factsOf(parameters, artifacts[0]!)) };
  }
}

/** What the scores say of themselves; other artifacts of rows say nothing. */
async function factsOf({ artifact }: TableParameters, reader: ArtifactReader) {
  if (artifact !== 'scores') return { real: {}, images: null, classes: null, protocol: null };
  const { protocol, ids, classes } = await readScores(reader);
  return {
    real: realScales(protocol),
    images: ids.length,
    classes: classes.length,
    protocol: protocolLine(protocol),
  };
}

/** The mean, and for more than one value the standard deviation of the sample. */
function meanAndDeviation(values: readonly number[]) {
  const value = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length === 1) return { value, sd: null };
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
  return { value, sd: Math.sqrt(squares / (values.length - 1)) };
}

function paperRow({ paper, join }: TableParameters, labels: Labels): PaperRow | undefined {
  return paper ? rowsOfPaper(paper, join, labels)[0] : undefined;
}

function paperNumber({ paper }: TableParameters, row: PaperRow | undefined, column: string): number | null {
  const cell = row?.[paper!.columns.indexOf(column)];
  return typeof cell === 'number' ? cell : null;
}

/** Every row of the paper in its order, ours in the place of those that they equal; ours beyond them follow. */
function withPaper(
  parameters: TableParameters,
  ours: readonly { readonly row: TableRow; readonly printed: PaperRow | undefined }[],
): readonly TableRow[] {
  const { paper, metrics, columns } = parameters;
  const rows = (paper?.rows ?? []).flatMap((printed): readonly TableRow[] => {
    const same = ours.filter((own) => own.printed === printed).map(({ row }) => row);
    if (same.length > 0) return same;
    const labels = columns.filter((name) => !metrics.includes(name) && paper!.columns.includes(name));
    const cells = metrics.map((name): [string, TableCell] => [
      name,
      { value: null, sd: null, paper: paperNumber(parameters, printed, name) },
    ]);
    return [
      {
        labels: Object.fromEntries(labels.map((name) => [name, printed[paper!.columns.indexOf(name)]!])),
        real: {},
        metrics: Object.fromEntries(cells),
        runs: 0,
        images: null,
        classes: null,
        protocol: null,
      },
    ];
  });
  return [...rows, ...ours.filter(({ printed }) => printed === undefined).map(({ row }) => row)];
}
