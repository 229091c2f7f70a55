/** A table as CSV (RFC 4180), for other programs: numbers as they are, each of its own column. */
import { formatLabel } from '../plan/labels.js';
import type { Table, TableRow } from '../run/table.js';

export type Cell = string | number | null;

/**
 * Axes in the paper's px and, as `S_px` and `Q_px`, in real ones; of each metric `name`, `name_low` and `name_high` (95%
 * interval of one run), `name_sd`, `name_paper` and `name_difference`; then images, the things that they show, and runs. Empty where there is none.
 */
export function toCsv({ columns, rows }: Table): string {
  const axes = columns.filter(({ kind }) => kind === 'axis').map(({ name }) => name);
  const metrics = columns.filter(({ kind }) => kind === 'metric');
  const paperOnly = columns.filter(({ kind }) => kind === 'paper').map(({ name }) => name);
  const px = axes.filter((axis) => rows.some(({ real }) => Object.hasOwn(real, axis)));
  const record = (row: TableRow): readonly (readonly [string, Cell])[] => [
    ...axes.map((axis) => [axis, labelCell(row.labels[axis])] as const),
    ...px.map((axis) => [`${axis}_px`, labelCell(row.real[axis])] as const),
    ...metrics.flatMap(({ name }) => metricCells(row, name)),
    ...paperOnly.map((name) => [`${name}_paper`, row.metrics[name]!.paper] as const),
    ...verdictsOf(row, metrics, rows),
    ['images', row.images],
    ['things', row.things],
    ['runs', row.runs],
  ];
  const records = rows.map(record);
  const heading = (records[0] ?? []).map(([name]) => name);
  return csvText([heading, ...records.map((cells) => cells.map(([, cell]) => cell))]);
}

/** @param rows the headings first */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return `${rows.map(line).join('\r\n')}\r\n`;
}

/** Only of tables that have any. */
function verdictsOf(
  row: TableRow,
  metrics: Table['columns'],
  rows: readonly TableRow[],
): readonly (readonly [string, Cell])[] {
  return metrics.flatMap(({ name }) =>
    rows.some((one) => one.metrics[name]!.agreement)
      ? [[`${name}_verdict`, row.metrics[name]!.agreement ?? null] as const]
      : [],
  );
}

function metricCells({ metrics }: TableRow, name: string): readonly (readonly [string, Cell])[] {
  const { value, sd, interval, paper, difference } = metrics[name]!;
  const [low, high] = interval ?? [];
  return [
    [name, value],
    [`${name}_low`, low ?? null],
    [`${name}_high`, high ?? null],
    [`${name}_sd`, sd],
    [`${name}_paper`, paper],
    [`${name}_difference`, difference],
  ];
}

function labelCell(value: TableRow['labels'][string] | undefined): string {
  return value === undefined ? '' : formatLabel(value);
}

function line(cells: readonly Cell[]): string {
  return cells.map((cell) => quoted(cell === null ? '' : String(cell))).join(',');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
