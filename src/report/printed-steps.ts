/** The steps of a table, below it: each change with its interval beside the paper's. */
import { formatLabel, formatLabels } from '../plan/labels.js';
import type { StepChange, Table, TableColumn, TableStep } from '../run/table.js';
import { gridOf, type PrintedColumn, type PrintedGrid, signed } from './printed-grid.js';

export interface PrintedSteps {
  readonly grid: PrintedGrid;
  readonly notes: readonly string[];
}

/** Undefined for a table without steps. */
export function printedSteps({ columns, steps }: Table): PrintedSteps | undefined {
  if (steps.length === 0) return undefined;
  const metrics = columns.filter(({ kind }) => kind === 'metric');
  const printed = [
    {
      heading: 'step',
      cell: ({ axis, from, to }: TableStep) => `${axis} ${formatLabel(from)} to ${formatLabel(to)}`,
    },
    { heading: 'where', cell: ({ same }: TableStep) => formatLabels(same) || '-' },
    ...metrics.flatMap((metric) => columnsOf(metric, steps)),
  ];
  return { grid: gridOf(printed, steps), notes: notes(steps, metrics) };
}

function columnsOf({ name, heading, isErrorRate }: TableColumn, steps: readonly TableStep[]) {
  const of = (step: TableStep) => step.changes[name]!;
  const unit = isErrorRate ? `${heading.replace(/, %$/, '')}, points` : heading;
  const hasInterval = steps.some((step) => of(step).interval !== null);
  const own: PrintedColumn<TableStep> = {
    heading: `change of ${unit}${hasInterval ? ' (95% interval)' : ''}`,
    cell: (step) => changeCell(of(step)),
  };
  const paper: PrintedColumn<TableStep>[] = [
    { heading: 'paper', cell: (step) => paperCell(of(step)) },
    { heading: 'sign', cell: (step) => of(step).verdict ?? '-' },
  ];
  return steps.some((step) => of(step).paper !== null) ? [own, ...paper] : [own];
}

function changeCell({ change, interval }: StepChange): string {
  if (!interval) return signed(change);
  const [low, high] = interval.map(signed);
  return `${signed(change)} (${low!} to ${high!})`;
}

function paperCell({ paper }: StepChange): string {
  return paper === null ? '-' : signed(paper);
}

function notes(steps: readonly TableStep[], metrics: readonly TableColumn[]): readonly string[] {
  const changes = steps.flatMap((step) => Object.values(step.changes));
  const from = new Set(changes.filter(({ interval }) => interval !== null).map((change) => change.from));
  const sources = [
    ...(from.has('images') ? ['the same images of both rows, paired'] : []),
    ...(from.has('runs') ? ["the spread over each row's seeds (Welch's interval of two means)"] : []),
  ];
  return [
    `A change is the second row less the first${metrics.some(({ isErrorRate }) => isErrorRate) ? '; an error below 0 says that the second is better' : ''}.`,
    ...(sources.length > 0
      ? [`Its interval is by ${sources.join(', or by ')}; "not clear" where it holds 0.`]
      : []),
  ];
}
