/** A table for `\input` in a paper: plain LaTeX, no package. */
import { noteGroups } from './note-groups.js';
import type { PrintedGrid } from './printed-grid.js';
import type { PrintedTable } from './printed-table.js';

/** @param name of the table, for `\ref{tab:NAME}` */
export function toLatex({ caption, grid, notes, steps, heatmap }: PrintedTable, name: string): string {
  return `${[
    ...floating(grid, escaped(caption), name),
    ...commented(notes),
    ...(heatmap
      ? [...floating(heatmap.grid, escaped(heatmap.caption), `${name}-heatmap`), ...commented(heatmap.notes)]
      : []),
    ...(steps
      ? [...floating(steps.grid, `${escaped(caption)}: steps`, `${name}-steps`), ...commented(steps.notes)]
      : []),
  ].join('\n')}\n`;
}

function floating({ headings, rows }: PrintedGrid, caption: string, name: string): readonly string[] {
  const line = (cells: readonly string[]) => `${cells.map(escaped).join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${caption}}`,
    `\\label{tab:${name}}`,
    `\\begin{tabular}{${'l'.repeat(headings.length)}}`,
    '\\hline',
    line(headings),
    '\\hline',
    ...rows.map(line),
    '\\hline',
    '\\end{tabular}',
    '\\end{table}',
  ];
}

/** How it was measured is for the text around the table, whose author knows what of it is said already. */
function commented(notes: readonly string[]): readonly string[] {
  return noteGroups(notes).flatMap((group) =>
    group.kind === 'paragraph' ? [`% ${group.text}`] : group.items.map((item) => `% - ${item}`),
  );
}

const COMMANDS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '●': '$\\bullet$',
  '○': '$\\circ$',
  '◆': '$\\diamond$',
  '<': '$<$',
  '>': '$>$',
};

function escaped(text: string): string {
  return text
    .replace(/[\\~^±●○◆<>]|[&%$#_{}]/g, (character) => COMMANDS[character] ?? `\\${character}`)
    .replace(/(^|[ (])-(?=\d)/g, '$1$-$');
}
