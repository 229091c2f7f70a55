/** A table as a page of its own: no script, no style sheet elsewhere. */
import { noteGroups } from './note-groups.js';
import type { PrintedGrid } from './printed-grid.js';
import type { PrintedHeatmap } from './printed-heatmap.js';
import type { PrintedTable } from './printed-table.js';

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
  th, td { padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #ddd; }
  thead th { border-bottom: 2px solid #222; }
  caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
  p, li { color: #444; font-size: 13px; max-width: 60rem; }
`;

export function toHtml({ caption, grid, notes, steps, heatmap }: PrintedTable): string {
  const body = [
    tableLines(grid, caption),
    noteLines(notes),
    ...(heatmap ? [heatmapLines(heatmap), noteLines(heatmap.notes)] : []),
    ...(steps ? [tableLines(steps.grid, 'Steps'), noteLines(steps.notes)] : []),
  ].flat();
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(caption)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function tableLines({ headings, rows }: PrintedGrid, caption: string): readonly string[] {
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return [
    '<table>',
    `<caption>${escaped(caption)}</caption>`,
    `<thead>${row(headings, 'th')}</thead>`,
    '<tbody>',
    ...rows.map((cells) => row(cells, 'td')),
    '</tbody>',
    '</table>',
  ];
}

/** The darker, the higher; text stays readable on all shades. */
function heatmapLines({ caption, grid, shades }: PrintedHeatmap): readonly string[] {
  const colour = (shade: number | null) =>
    shade === null ? '' : ` style="background: hsl(210 60% ${(96 - 40 * shade).toFixed(0)}%)"`;
  const line = ([name, ...cells]: readonly string[], row: number) =>
    `<tr><th scope="row">${escaped(name!)}</th>${cells.map((cell, i) => `<td${colour(shades[row]![i]!)}>${escaped(cell)}</td>`).join('')}</tr>`;
  return [
    '<table>',
    `<caption>${escaped(caption)}</caption>`,
    `<thead><tr>${grid.headings.map((heading) => `<th scope="col">${escaped(heading)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...grid.rows.map(line),
    '</tbody>',
    '</table>',
  ];
}

function noteLines(notes: readonly string[]): readonly string[] {
  return noteGroups(notes).map((group) =>
    group.kind === 'paragraph'
      ? `<p>${escaped(group.text)}</p>`
      : `<ul>${group.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`,
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
