/** A grid of cells in Markdown, its columns aligned for whoever reads the text. */
export interface PrintedColumn<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
}

/** Lines of the heading, the rule and each row. */
export function markdownGrid<Row>(
  columns: readonly PrintedColumn<Row>[],
  rows: readonly Row[],
): readonly string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const headings = columns.map(({ heading }) => heading);
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...cells.map((row) => row[i]!.length)),
  );
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(headings), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...cells.map(line)];
}

/** `+0.3`, `-1.2`, `0.0`: points of a change or difference. */
export function signed(points: number): string {
  const text = points.toFixed(1);
  if (Number(text) === 0) return '0.0';
  return points > 0 ? `+${text}` : text;
}
