/** A table as a map of two axes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHtml } from '../../src/report/html.js';
import { toLatex } from '../../src/report/latex.js';
import { toMarkdown } from '../../src/report/markdown.js';
import { printedTable } from '../../src/report/printed-table.js';
import type { Table, TableRow } from '../../src/run/table.js';

const row = (S: number | string, Q: number, value: number, sd: number | null = null): TableRow => ({
  labels: { S, Q, net: 'D' },
  real: { S: typeof S === 'number' ? S / 2 : '128..256', Q },
  metrics: { top1: { value, sd, interval: null, paper: null, difference: null } },
  runs: sd === null ? 1 : 3,
  ...{ images: 100, things: null, classes: 10, positions: [1, 1], protocol: null, unlike: null },
});

const TABLE: Table = {
  format: 5,
  name: 'scales',
  caption: null,
  measuredOn: null,
  columns: [
    { name: 'S', kind: 'axis', heading: 'S', isErrorRate: false },
    { name: 'top1', kind: 'metric', heading: 'top-1 error, %', isErrorRate: true },
  ],
  over: [],
  rows: [row(256, 256, 40), row(256, 288, 30), row('256..512', 256, 20, 1.25)],
  steps: [],
  heatmap: {
    ...{ rows: 'S', columns: 'Q', metric: 'top1' },
    marks: [
      { name: 'Q = S', cells: [[256, 256]] },
      {
        name: 'both <',
        cells: [
          [256, 256],
          ['256..512', 256],
        ],
      },
    ],
  },
};

const printed = printedTable(TABLE, 'Scales');

test('each cell of the map is the result at its two values, with its marks; what is not there is left out', () => {
  const lines = toMarkdown(printed).split('\n');
  const at = lines.indexOf('**top-1 error, %: S downwards, Q across**');
  assert.deepEqual(
    lines.slice(at + 2, at + 8).map((line) => line.replace(/ +/g, ' ').trim()),
    [
      '| S \\ Q | 256 | 288 |',
      '|---------------------|--------------|------|',
      '| 256 (128 px) | 40.0 ● ○ | 30.0 |',
      '| 256..512 (128..256 px) | 20.0 ± 1.3 ○ | - |',
      '',
      '● Q = S; ○ both <.',
    ].map((line, i) => (i === 1 ? lines[at + 3]! : line)),
  );
});

test('the page shades from the lowest to the highest, and LaTeX has the marks as symbols', () => {
  const html = toHtml(printed);
  assert.match(html, /<td style="background: hsl\(210 60% 56%\)">40\.0 ● ○<\/td>/);
  assert.match(html, /<td style="background: hsl\(210 60% 96%\)">20\.0 ± 1\.3 ○<\/td><td>-<\/td>/);
  assert.match(html, /<p>● Q = S; ○ both &lt;\.<\/p>/);
  assert.match(toLatex(printed, 'scales'), /40\.0 \$\\bullet\$ \$\\circ\$ & 30\.0 \\\\/);
});
