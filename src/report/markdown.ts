/** A table as Markdown, for the terminal and for `runs/<experiment>/`. */
import type { PrintedGrid } from './printed-grid.js';
import type { PrintedTable } from './printed-table.js';

export function toMarkdown({ caption, grid, notes, steps, heatmap }: PrintedTable): string {
  const parts = [
    [`**${caption}**`],
    gridLines(grid),
    notes,
    heatmap ? [`**${heatmap.caption}**`, '', ...gridLines(heatmap.grid), '', ...heatmap.notes] : [],
    steps ? ['**Steps**', '', ...gridLines(steps.grid), '', ...steps.notes] : [],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Columns are aligned for whoever reads the text. */
function gridLines({ headings, rows }: PrintedGrid): readonly string[] {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(headings), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)];
}
