/** A table as Markdown, for the terminal and for `runs/<experiment>/`. */
import { formatLabel } from '../plan/labels.js';
import type { Table, TableCell, TableColumn, TableRow } from '../run/table.js';
import { wilsonInterval } from './wilson.js';

/**
 * Each metric is followed by the paper's where it prints any; captions say what was measured.
 * @param environments in which the results were made, if more than one
 */
export function tableToMarkdown(table: Table, environments: readonly string[] = []): string {
  const columns = table.columns.flatMap((column) => columnsOf(column, table.rows));
  const cells = table.rows.map((row) => columns.map(({ cell }) => cell(row)));
  const headings = columns.map(({ heading }) => heading);
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...cells.map((row) => row[i]!.length)),
  );
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [
    `**${table.caption}**`,
    '',
    line(headings),
    rule,
    ...cells.map(line),
    '',
    ...captionLines(table, environments),
    '',
  ].join('\n');
}

interface PrintedColumn {
  readonly heading: string;
  readonly cell: (row: TableRow) => string;
}

function columnsOf(column: TableColumn, rows: readonly TableRow[]): readonly PrintedColumn[] {
  const { name, heading, isMetric } = column;
  if (!isMetric) return [{ heading, cell: (row) => axisCell(row, name) }];
  const hasPaper = rows.some(({ metrics }) => metrics[name]!.paper !== null);
  const ours = {
    heading: `${heading}${spreadHeading(column, rows)}`,
    cell: (row: TableRow) => metricCell(row, row.metrics[name]!, column),
  };
  const paper = {
    heading: 'paper',
    cell: ({ metrics }: TableRow) => metrics[name]!.paper?.toFixed(1) ?? '-',
  };
  return hasPaper ? [ours, paper] : [ours];
}

function spreadHeading({ isErrorRate }: TableColumn, rows: readonly TableRow[]): string {
  const runs = Math.max(...rows.map((row) => row.runs));
  if (runs > 1) return ` (mean ± sd of ${runs})`;
  return isErrorRate ? ' (95% interval)' : '';
}

/** The paper's px, and the real ones where they differ. */
function axisCell({ labels, real }: TableRow, name: string): string {
  const label = labels[name];
  if (label === undefined) return '-';
  const text = formatLabel(label);
  const actual = real[name];
  if (actual === undefined || formatLabel(actual) === text) return text;
  return `${text} (${formatLabel(actual)} px)`;
}

function metricCell({ images }: TableRow, { value, sd }: TableCell, { isErrorRate }: TableColumn): string {
  if (value === null) return '-';
  if (sd !== null) return `${value.toFixed(1)} ± ${sd.toFixed(1)}`;
  if (!isErrorRate || images === null) return value.toFixed(1);
  const wrong = Math.round((value * images) / 100);
  const [low, high] = wilsonInterval(wrong, images).map((part) => (100 * part).toFixed(1));
  return `${value.toFixed(1)} (${low!}-${high!})`;
}

function captionLines({ rows, columns }: Table, environments: readonly string[]): string[] {
  const protocols = new Map<string, string[]>();
  const ours = rows.filter(({ protocol }) => protocol !== null);
  const axes = columns.filter(({ isMetric }) => !isMetric).map(({ name }) => name);
  for (const row of ours) {
    const runs = row.runs === 1 ? 'one seed' : `${row.runs} seeds`;
    const text = `${row.protocol!}; ${row.images!} images of ${row.classes!} classes, ${runs}.`;
    const name = axes.map((axis) => formatLabel(row.labels[axis] ?? '-')).join(' ');
    protocols.set(text, [...(protocols.get(text) ?? []), name]);
  }
  const lines = [...protocols].map(([text, names]) =>
    ours.length === 1 ? capitalised(text) : `- ${names.join('; ')}: ${text}`,
  );
  const hasPaper = rows.some(({ metrics }) => Object.values(metrics).some(({ paper }) => paper !== null));
  return [
    ...lines,
    ...(hasPaper
      ? ["The paper's numbers are for ILSVRC-2012's validation set, nets of full width, crop 224 px."]
      : []),
    ...(environments.length > 1
      ? [`Made in ${environments.length} environments: ${environments.join('; ')}.`]
      : []),
  ];
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
