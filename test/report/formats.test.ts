/** A table in the formats of other programs: what they read of it is what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toCsv } from '../../src/report/csv.js';
import { toHtml } from '../../src/report/html.js';
import { toLatex } from '../../src/report/latex.js';
import { noteGroups } from '../../src/report/note-groups.js';
import { printedTable } from '../../src/report/printed-table.js';
import type { Table, TableRow } from '../../src/run/table.js';

const row = (net: string, changes: Partial<TableRow> = {}): TableRow => ({
  labels: { net, S: 256 },
  real: { S: 96 },
  metrics: { top1: { value: 12.5, sd: null, interval: [6.25, 21.5], paper: 29.6, difference: null } },
  ...{
    runs: 1,
    images: 80,
    things: 40,
    classes: 10,
    positions: [4, 4],
    protocol: { joined: 'posteriors', parts: [['net A', 'dense']] },
    unlike: null,
  },
  ...changes,
});

const tableOf = (rows: readonly TableRow[], changes: Partial<Table> = {}): Table => ({
  format: 5,
  name: 'table3',
  caption: 'Table 3',
  measuredOn: null,
  columns: [
    { name: 'net', kind: 'axis', heading: 'net', isErrorRate: false },
    { name: 'S', kind: 'axis', heading: 'S', isErrorRate: false },
    { name: 'top1', kind: 'metric', heading: 'top-1 error, %', isErrorRate: true },
  ],
  over: [],
  rows,
  steps: [],
  ...changes,
});

/** RFC 4180, by the book. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match = field.exec(text); match && field.lastIndex <= text.length; match = field.exec(text)) {
    if (match[0] === '' && match.index === text.length) break;
    records.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '\r\n') records.push([]);
  }
  return records.filter((record) => record.length > 0);
}

test('CSV holds every number in a column of its own, unrounded', () => {
  const seeds = row('B', {
    metrics: { top1: { value: 100 / 3, sd: 0.25, interval: null, paper: null, difference: null } },
    runs: 3,
  });
  const [heading, first, second] = parseCsv(toCsv(tableOf([row('A'), seeds])));
  assert.deepEqual(heading, [
    ...['net', 'S', 'S_px', 'top1', 'top1_low', 'top1_high', 'top1_sd', 'top1_paper', 'top1_difference'],
    ...['images', 'things', 'runs'],
  ]);
  const record = Object.fromEntries(heading.map((name, i) => [name, first![i]]));
  assert.deepEqual([record['net'], record['S'], record['S_px']], ['A', '256', '96']);
  assert.equal(record['top1'], '12.5');
  assert.deepEqual([record['top1_low'], record['top1_high'], record['things']], ['6.25', '21.5', '40']);
  assert.deepEqual(second!.slice(3, 9), [String(100 / 3), '', '', '0.25', '', '']);
});

test('CSV keeps every text, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), (nets) => {
      const records = parseCsv(toCsv(tableOf(nets.map((net) => row(net)))));
      assert.deepEqual(
        records.slice(1).map(([net]) => net),
        nets,
      );
    }),
  );
});

const ODD = 'a <b> & "c" 50% $5 #1 x_y {z} ~ ^ \\ ±';

test('HTML shows texts as they are: nothing in them is a tag', () => {
  const html = toHtml(printedTable(tableOf([row(ODD)], { caption: null }), ODD));
  const text = html.replace(/<style>[^]*<\/style>/, '').replace(/<[^>]*>/g, '\n');
  const shown = text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
  assert.equal(shown.split('\n').filter((line) => line === ODD).length, 3);
  assert.doesNotMatch(html, /<b>|<script|src=|href=/);
  for (const tag of ['table', 'thead', 'tbody', 'tr', 'td', 'th', 'ul', 'li'])
    assert.equal(
      [...html.matchAll(new RegExp(`<${tag}[ >]`, 'g'))].length,
      [...html.matchAll(new RegExp(`</${tag}>`, 'g'))].length,
      tag,
    );
});

test('LaTeX has no bare special character in its cells, and a label for references', () => {
  const latex = toLatex(printedTable(tableOf([row(ODD)], { caption: ODD }), 'Its spec'), 'table3');
  assert.match(latex, /\\label\{tab:table3\}/);
  const cells = latex.split('\n').find((line) => line.startsWith('a '))!;
  assert.equal(
    cells.split(' & ')[0],
    'a $<$b$>$ \\& "c" 50\\% \\$5 \\#1 x\\_y \\{z\\} \\textasciitilde{} \\textasciicircum{} \\textbackslash{} $\\pm$'.split(
      ' & ',
    )[0],
  );
  const lines = latex.split('\n').filter((line) => line.endsWith('\\\\'));
  const ends = new Set(lines.map((line) => line.replaceAll('\\&', '').split('&').length));
  assert.deepEqual([...ends], [4]);
});

test('lines below a table are paragraphs and lists', () => {
  assert.deepEqual(noteGroups(['All rows: x.', '- A: y.', '- B: z.', '', 'Made here.']), [
    { kind: 'paragraph', text: 'All rows: x.' },
    { kind: 'list', items: ['A: y.', 'B: z.'] },
    { kind: 'paragraph', text: 'Made here.' },
  ]);
});
