/** A table as a map of two axes: a metric in each cell, and marks on some. */
import { formatLabel, labelKey, type LabelValue } from '../plan/labels.js';
import type { Table, TableRow } from '../run/table.js';
import { axisText } from './axis-text.js';
import type { PrintedGrid } from './printed-grid.js';

export interface PrintedHeatmap {
  readonly caption: string;
  /** The first column names the rows. */
  readonly grid: PrintedGrid;
  /** Of each cell from the lowest, 0, to the highest, 1; null where there is no result. */
  readonly shades: readonly (readonly (number | null)[])[];
  readonly notes: readonly string[];
}

const SYMBOLS = ['●', '○', '◆'];

/** Undefined for a table without one. */
export function printedHeatmap({ heatmap, rows, columns }: Table): PrintedHeatmap | undefined {
  if (!heatmap) return undefined;
  const { rows: down, columns: across, metric, marks } = heatmap;
  const own = rows.filter(({ runs }) => runs > 0);
  const [lines, places] = [valuesOf(own, down), valuesOf(own, across)];
  const cellAt = (line: TableRow, place: TableRow) =>
    own.find(({ labels }) => isAt(labels[down], line, down) && isAt(labels[across], place, across));
  const valueOf = (row: TableRow | undefined) => row?.metrics[metric]?.value ?? null;
  const values = own.map(valueOf).filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const shadeOf = (value: number | null) =>
    value === null ? null : high === low ? 0 : (value - low) / (high - low);
  const symbolsOf = ({ labels }: TableRow) =>
    marks.flatMap(({ cells }, i) =>
      cells.some(([a, b]) => isSame(a, labels[down]) && isSame(b, labels[across])) ? [SYMBOLS[i]!] : [],
    );
  const text = (row: TableRow | undefined) => {
    if (!row) return '-';
    const { value, sd } = row.metrics[metric]!;
    const number = `${value!.toFixed(1)}${sd === null ? '' : ` ± ${sd.toFixed(1)}`}`;
    return [number, ...symbolsOf(row)].join(' ');
  };
  const { heading } = columns.find(({ name }) => name === metric)!;
  return {
    caption: `${heading}: ${down} downwards, ${across} across`,
    grid: {
      headings: [`${down} \\ ${across}`, ...places.map((place) => axisText(place, across))],
      rows: lines.map((line) => [axisText(line, down), ...places.map((place) => text(cellAt(line, place)))]),
    },
    shades: lines.map((line) => places.map((place) => shadeOf(valueOf(cellAt(line, place))))),
    notes: marks.length > 0 ? [`${marks.map(({ name }, i) => `${SYMBOLS[i]!} ${name}`).join('; ')}.`] : [],
  };
}

/** A row for each value of an axis, in the order of first sight. */
function valuesOf(rows: readonly TableRow[], axis: string): readonly TableRow[] {
  const first = new Map<string, TableRow>();
  for (const row of rows) {
    const key = labelKey(row.labels[axis]!);
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

function isAt(value: LabelValue | undefined, row: TableRow, axis: string): boolean {
  return isSame(value!, row.labels[axis]);
}

function isSame(a: LabelValue, b: LabelValue | undefined): boolean {
  return b !== undefined && formatLabel(a) === formatLabel(b);
}
