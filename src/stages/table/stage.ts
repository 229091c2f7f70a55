import type { Labels } from '../../plan/labels.js';
import { paperNumber, rowsOfPaper } from '../../plan/paper-rows.js';
import { runsMean } from '../../statistics/mean-change.js';
import { rateInterval } from '../../statistics/wilson.js';
import { FACTS_OF, TABLE_FACTS } from '../../spec/table-facts.js';
import type { Metrics } from '../../run/metric.js';
import { type ArtifactReader, breathe, Stage, type StageTask } from '../../run/stage.js';
import {
  type Table,
  TABLE_FILE,
  type TableCell,
  type TableColumn,
  type TableRow,
  type TableStep,
} from '../../run/table.js';
import type { TableParameters } from './definition.js';
import { agreementOf } from './agreement.js';
import { factsOf, NO_FACTS } from './facts.js';
import { type OwnRow, stepOf } from './steps.js';

type PaperRow = NonNullable<TableParameters['paper']>['rows'][number];

/** A row of ours, beside the paper's row that it equals. */
interface JoinedRow extends OwnRow {
  readonly printed: PaperRow | undefined;
}

export class TableStage extends Stage<TableParameters> {
  readonly kind = 'table';
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    super();
    this.#metrics = metrics;
  }

  async run({ parameters, inputs, output, signal }: StageTask<TableParameters>): Promise<void> {
    const ours: JoinedRow[] = [];
    let first = 0;
    for (const { labels, inputs: count } of parameters.rows) {
      const artifacts = inputs['rows']!.slice(first, first + count);
      first += count;
      const printed = paperRow(parameters, labels);
      ours.push({ row: await this.#row(parameters, labels, { artifacts, printed }), artifacts, printed });
      await breathe(signal);
    }
    const metrics = parameters.metrics.map((name) => this.#metrics.get(name));
    const steps: TableStep[] = [];
    for (const step of parameters.steps) steps.push(await stepOf(step, ours, metrics));
    const table: Table = {
      format: 5,
      name: parameters.name,
      caption: parameters.caption,
      ...(parameters.paper?.source !== undefined && { source: parameters.paper.source }),
      measuredOn: parameters.paper?.measuredOn ?? null,
      ...(parameters.paper?.tolerance !== undefined && { tolerance: parameters.paper.tolerance }),
      over: parameters.over,
      columns: parameters.columns.map((name) => this.#column(name, parameters)),
      rows: parameters.paperRows === 'all' ? withPaper(parameters, ours) : inOrder(parameters, ours),
      steps,
      ...(parameters.heatmap && { heatmap: parameters.heatmap }),
    };
    await output.write(TABLE_FILE, `${JSON.stringify(table, null, 2)}\n`);
  }

  #column(name: string, { metrics, facts, paperOnly = [] }: TableParameters): TableColumn {
    if (paperOnly.includes(name))
      return { name, kind: 'paper', heading: `${name}, paper`, isErrorRate: false };
    if (metrics.includes(name)) {
      const { heading, isErrorRate } = this.#metrics.get(name);
      return { name, kind: 'metric', heading, isErrorRate };
    }
    const fact = facts.includes(name) ? TABLE_FACTS.find((known) => known.name === name) : undefined;
    return { name, kind: fact ? 'fact' : 'axis', heading: fact?.heading ?? name, isErrorRate: false };
  }

  async #row(
    { artifact, paper, metrics: names, paperOnly = [] }: TableParameters,
    labels: Labels,
    {
      artifacts,
      printed,
    }: { readonly artifacts: readonly ArtifactReader[]; readonly printed: PaperRow | undefined },
  ): Promise<TableRow> {
    const facts = artifact === FACTS_OF ? await factsOf({ labels, paper, printed }, artifacts) : NO_FACTS;
    const metrics: Record<string, TableCell> = {};
    for (const name of names) {
      const values: number[] = [];
      for (const one of artifacts) values.push(await this.#metrics.get(name).measure(one));
      const ours = meanAndDeviation(values);
      const theirs = paperNumber(paper, printed, name);
      const difference = theirs !== null && facts.unlike?.length === 0 ? ours.value - theirs : null;
      const interval = await this.#interval(name, artifacts);
      const agreement = agreementOf({ value: ours.value, interval, theirs, unlike: facts.unlike }, paper);
      metrics[name] = { ...ours, interval, paper: theirs, difference, ...(agreement && { agreement }) };
    }
    for (const name of paperOnly) metrics[name] = printedAlone(paperNumber(paper, printed, name));
    return { labels, metrics, runs: artifacts.length, ...facts };
  }

  /** Of an error rate of one run. */
  async #interval(name: string, artifacts: readonly ArtifactReader[]): Promise<TableCell['interval']> {
    const outcomes =
      artifacts.length === 1 ? await this.#metrics.get(name).outcomes?.(artifacts[0]!) : undefined;
    if (!outcomes) return null;
    const { wrong, ids, things = ids } = outcomes;
    const [low, high] = rateInterval(wrong, things);
    return [100 * low, 100 * high];
  }
}

/** Rows that the paper has come in its order, ours beyond them after those. */
function inOrder({ paper }: TableParameters, ours: readonly JoinedRow[]): readonly TableRow[] {
  const place = ({ printed }: JoinedRow) => (printed && paper ? paper.rows.indexOf(printed) : Infinity);
  const places = new Map(ours.map((own) => [own, place(own)]));
  return [...ours].sort((a, b) => compare(places.get(a)!, places.get(b)!)).map(({ row }) => row);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A number of the paper's without one of ours. */
function printedAlone(paper: number | null): TableCell {
  return { value: null, sd: null, interval: null, paper, difference: null };
}

/** The mean, and for more than one value the standard deviation of the sample. */
function meanAndDeviation(values: readonly number[]): Pick<TableCell, 'sd'> & { readonly value: number } {
  if (values.length === 1) return { value: values[0]!, sd: null };
  const { value, sd } = runsMean(values);
  return { value, sd };
}

function paperRow({ paper, join }: TableParameters, labels: Labels): PaperRow | undefined {
  return paper ? rowsOfPaper(paper, join, labels)[0] : undefined;
}

/** Every row of the paper in its order, ours in the place of those that they equal; ours beyond them follow. */
function withPaper(parameters: TableParameters, ours: readonly JoinedRow[]): readonly TableRow[] {
  const { paper, metrics, columns, paperOnly = [] } = parameters;
  const numbers = [...metrics, ...paperOnly];
  const rows = (paper?.rows ?? []).flatMap((printed): readonly TableRow[] => {
    const same = ours.filter((own) => own.printed === printed).map(({ row }) => row);
    if (same.length > 0) return same;
    const labels = columns.filter((name) => !numbers.includes(name) && paper!.columns.includes(name));
    const cells = numbers.map((name): [string, TableCell] => [
      name,
      printedAlone(paperNumber(paper, printed, name)),
    ]);
    return [
      {
        labels: Object.fromEntries(labels.map((name) => [name, printed[paper!.columns.indexOf(name)]!])),
        metrics: Object.fromEntries(cells),
        runs: 0,
        ...NO_FACTS,
      },
    ];
  });
  return [...rows, ...ours.filter(({ printed }) => printed === undefined).map(({ row }) => row)];
}
