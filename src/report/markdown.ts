/** A table as Markdown, for the terminal and for `runs/<experiment>/`. */
import type { Table, TableColumn, TableRow } from '../run/table.js';
import { wilsonInterval } from './wilson.js';

const HEADINGS: Readonly<Record<TableColumn, string>> = {
  net: 'net',
  S: 'S',
  Q: 'Q',
  top1: 'top-1 error, %',
  top5: 'top-5 error, %',
};

/** Each error column is followed by the paper's; captions say what was measured. */
export function tableToMarkdown(table: Table): string {
  const headings = table.columns.flatMap((column) =>
    isError(column) ? [`${HEADINGS[column]} (95% interval)`, 'paper'] : [HEADINGS[column]],
  );
  const cells = table.rows.map((row) => table.columns.flatMap((column) => cellsOf(row, column)));
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
    ...captionLines(table),
    '',
  ].join('\n');
}

function isError(column: TableColumn): column is 'top1' | 'top5' {
  return column === 'top1' || column === 'top5';
}

function cellsOf(row: TableRow, column: TableColumn): string[] {
  if (column === 'net') return [row.net];
  if (column === 'S') return [scale(row.S, row.realS)];
  if (column === 'Q') return [scale(row.Q, row.realQ)];
  const paper = column === 'top1' ? row.paperTop1 : row.paperTop5;
  const wrong = Math.round((row[column] * row.images) / 100);
  const [low, high] = wilsonInterval(wrong, row.images).map((part) => (100 * part).toFixed(1));
  return [`${row[column].toFixed(1)} (${low!}-${high!})`, paper === null ? '-' : paper.toFixed(1)];
}

/** The paper's px, and the real ones where they differ. */
function scale(paperPx: number, realPx: number): string {
  return paperPx === realPx ? `${paperPx}` : `${paperPx} (${realPx} px)`;
}

function captionLines({ rows }: Table): string[] {
  const protocols = new Map<string, string[]>();
  for (const row of rows) {
    const text = `${row.protocol}; ${row.images} images of ${row.classes} classes, one seed.`;
    protocols.set(text, [...(protocols.get(text) ?? []), row.net]);
  }
  const lines = [...protocols].map(([text, nets]) =>
    rows.length === 1 ? capitalised(text) : `${nets.join(', ')}: ${text}`,
  );
  const hasPaper = rows.some(({ paperTop1, paperTop5 }) => paperTop1 !== null || paperTop5 !== null);
  return hasPaper
    ? [...lines, "The paper's numbers are for ILSVRC-2012's validation set, nets of full width, crop 224 px."]
    : lines;
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
