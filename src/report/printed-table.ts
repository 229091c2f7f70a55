/** A table as it is printed, whatever the format: headings, cells, and the lines below. */
import type { Table, TableCell, TableColumn, TableRow } from '../run/table.js';
import { axisText } from './axis-text.js';
import { captionLines } from './caption-lines.js';
import { gridOf, type PrintedColumn, type PrintedGrid, signed } from './printed-grid.js';
import { type PrintedHeatmap, printedHeatmap } from './printed-heatmap.js';
import { type PrintedSteps, printedSteps } from './printed-steps.js';

export interface PrintedTable {
  readonly caption: string;
  readonly grid: PrintedGrid;
  /** Sentences, and items of a list, which begin with "- ". */
  readonly notes: readonly string[];
  /** Undefined for a table without steps. */
  readonly steps: PrintedSteps | undefined;
  /** Undefined for a table without one. */
  readonly heatmap?: PrintedHeatmap | undefined;
}

/**
 * Each metric is followed by the paper's where it prints any, and by the difference where both were measured
 * alike; captions say what was measured.
 * @param title stands for the caption of a table without a paper
 * @param environments in which the results were made, if more than one
 */
export function printedTable(
  table: Table,
  title: string,
  environments: readonly string[] = [],
): PrintedTable {
  const columns = table.columns.flatMap((column) => columnsOf(column, table));
  return {
    caption: table.caption ?? title,
    grid: gridOf(columns, table.rows),
    notes: captionLines(table, environments),
    steps: printedSteps(table),
    heatmap: printedHeatmap(table),
  };
}

function columnsOf(
  column: TableColumn,
  { rows, source = 'paper' }: Table,
): readonly PrintedColumn<TableRow>[] {
  const { name, heading, kind } = column;
  if (kind === 'axis') return [{ heading, cell: (row) => axisText(row, name) }];
  if (kind === 'paper') return [{ heading, cell: (row) => row.metrics[name]!.paper?.toFixed(1) ?? '-' }];
  if (kind === 'fact') return [{ heading, cell: (row) => factCell(row, name) }];
  const has = (key: 'paper' | 'difference') => rows.some(({ metrics }) => metrics[name]![key] !== null);
  const ours = {
    heading: `${heading}${spreadHeading(column, rows)}`,
    cell: ({ metrics }: TableRow) => metricCell(metrics[name]!),
  };
  const paper = {
    heading: source,
    cell: ({ metrics }: TableRow) => metrics[name]!.paper?.toFixed(1) ?? '-',
  };
  const difference = {
    heading: 'difference',
    cell: ({ metrics }: TableRow) => {
      const points = metrics[name]!.difference;
      return points === null ? '-' : signed(points);
    },
  };
  const agreement = { heading: 'verdict', cell: ({ metrics }: TableRow) => metrics[name]!.agreement ?? '-' };
  return [
    ours,
    ...(has('paper') ? [paper] : []),
    ...(has('difference') ? [difference] : []),
    ...(rows.some(({ metrics }) => metrics[name]!.agreement) ? [agreement] : []),
  ];
}

function spreadHeading({ isErrorRate }: TableColumn, rows: readonly TableRow[]): string {
  const runs = rows.map((row) => row.runs).filter((count) => count > 0);
  const [fewest, most] = [Math.min(...runs), Math.max(...runs)];
  if (most > 1) return ` (mean ± sd of ${fewest === most ? most : `${fewest} to ${most}`})`;
  return isErrorRate ? ' (95% interval)' : '';
}

function factCell({ positions, images }: TableRow, name: string): string {
  if (name === 'images') return images === null ? '-' : String(images);
  return positions === null ? '-' : [...new Set(positions)].join('-');
}

function metricCell({ value, sd, interval }: TableCell): string {
  if (value === null) return '-';
  if (sd !== null) return `${value.toFixed(1)} ± ${sd.toFixed(1)}`;
  if (!interval) return value.toFixed(1);
  const [low, high] = interval;
  return `${value.toFixed(1)} (${low.toFixed(1)}-${high.toFixed(1)})`;
}
