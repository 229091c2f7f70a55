import assert from 'node:assert/strict';
import test from 'node:test';
import type { Scores } from '../../src/nn/scores.js';
import type { TableParameters } from '../../src/stages/table/definition.js';
import { wilsonInterval } from '../../src/statistics/wilson.js';
import { found, LABELS, net, scores, table } from '../support/table-rig.js';
import { toCsv } from '../../src/report/csv.js';
import { toMarkdown } from '../../src/report/markdown.js';
import { printedTable } from '../../src/report/printed-table.js';

/** Wilson's interval of so many of the four images. */
const percent = (wrong: number) => wilsonInterval(wrong, 4).map((part) => 100 * part);

test('a row holds our errors in per cent beside the paper’s, joined on the paper’s px', async () => {
  const { rows, caption } = await table();
  assert.equal(caption, 'ConvNet performance at a single test scale.');
  assert.deepEqual(rows, [
    {
      labels: LABELS,
      metrics: {
        top1: { value: 75, sd: null, interval: percent(3), paper: 29.6, difference: null },
        top5: { value: 50, sd: null, interval: percent(2), paper: 10.4, difference: null },
      },
      positions: [6, 12],
      unlike: null,
      runs: 1,
      real: { S: 96, Q: 128 },
      images: 4,
      things: null,
      classes: 6,
      protocol: {
        joined: 'posteriors',
        parts: [
          [
            'net A',
            'width 0.25, crop 64 px, ceil pooling',
            'initialisation he, inputs less the mean RGB over the deviation of the pixels',
            'trained on drawings',
            'S = 96 px',
            '12 steps of 32',
            'dense',
            'Q = 128 px, 6 to 12 positions an image',
            'scores averaged over positions, averaged with the mirror image',
          ],
        ],
      },
    },
  ]);
});

test('where the paper has no such row, or no number, its errors are empty', async () => {
  const errors = async (changed: Partial<TableParameters>) =>
    (await table(changed)).rows.map(({ metrics }) => [metrics['top1']!.paper, metrics['top5']!.paper]);
  assert.deepEqual(await errors({ join: ['net', 'S', 'Q'] }), [[null, null]]);
  assert.deepEqual(await errors({ paper: null }), [[null, null]]);
  const paper = { caption: '', columns: ['net', 'S', 'top1'], rows: [['A', 256, null]] };
  assert.deepEqual(await errors({ paper }), [[null, null]]);
});

test('rows stand in the order of the plan, each with its own protocol', async () => {
  const plain = { ...scores, protocol: { ...scores.protocol, mirror: false, positions: [4, 4] as const } };
  const { rows } = await table({}, [plain, scores]);
  const last = rows.map(({ protocol }) => protocol!.parts[0]!.at(-1)!);
  assert.match(last[0]!, /^scores averaged over positions$/);
  assert.match(last[1]!, /mirror image$/);
});

test('images of one thing are worth fewer: copies make no interval narrower', async () => {
  const copies = 5;
  const copied = ({ posteriors, labels, ids, ...rest }: Scores): Scores => {
    const times = <T>(list: readonly T[]) => Array.from({ length: copies }, () => list).flat();
    return {
      ...rest,
      posteriors: Float32Array.from(times([...posteriors])),
      labels: times(labels),
      ids: Array.from({ length: copies }, (_, copy) => ids.map((id) => `${id}${copy}`)).flat(),
      things: times(ids),
    };
  };
  const cell = async (of: Scores) => (await table({}, [of])).rows[0]!;
  const [once, many] = [await cell(scores), await cell(copied(scores))];
  assert.deepEqual([many.images, many.things], [20, 4]);
  const width = ([low, high]: readonly [number, number]) => high - low;
  const widths = [once, many].map(({ metrics }) => width(metrics['top1']!.interval!));
  // Three of four things: as wide as of the four images, save that a variance has three degrees of freedom.
  assert.ok(widths[1]! > widths[0]! && widths[1]! < 1.15 * widths[0]!, widths.join());
});

test('a row over seeds is their mean, with the standard deviation of the sample', async () => {
  const { rows } = await table({ over: ['seed'], rows: [{ labels: LABELS, inputs: 3 }] }, [
    ...[found(1), found(2), found(4)],
  ]);
  assert.equal(rows.length, 1);
  const { value, sd } = rows[0]!.metrics['top1']!;
  // Errors of 75, 50 and 0 per cent.
  assert.ok(Math.abs(value! - 125 / 3) < 1e-9);
  assert.ok(
    Math.abs(sd! - Math.sqrt(((75 - 125 / 3) ** 2 + (50 - 125 / 3) ** 2 + (125 / 3) ** 2) / 2)) < 1e-9,
  );
  assert.equal(rows[0]!.runs, 3);
});

test("all rows of the paper stand in its order, ours in the place of those that they equal, the others' after them", async () => {
  const rows = [
    { labels: { ...LABELS, net: 'Z' }, inputs: 1 },
    { labels: LABELS, inputs: 1 },
  ];
  const { rows: printed } = await table({ paperRows: 'all', rows }, [scores, scores]);
  assert.deepEqual(
    printed.map(({ labels, runs, metrics }) => [labels['net'], runs, metrics['top1']]),
    [
      ['B', 0, { value: null, sd: null, interval: null, paper: 28.7, difference: null }],
      ['A', 1, { value: 75, sd: null, interval: percent(3), paper: 29.6, difference: null }],
      ['Z', 1, { value: 75, sd: null, interval: percent(3), paper: null, difference: null }],
    ],
  );
});

test('a number that only the paper has is a column of its own, in rows of ours and of others', async () => {
  const paper = {
    ...{ caption: 'x', columns: ['net', 'top1', 'top5', 'top5Test'] },
    rows: [
      ['A', 29.6, 10.4, 10.1],
      ['B', 28.7, 9.9, null],
    ],
  };
  const columns = ['net', 'top1', 'top5', 'top5Test'];
  const made = await table({ paper, columns, join: ['net'], paperRows: 'all', paperOnly: ['top5Test'] });
  assert.equal(made.columns.at(-1)!.kind, 'paper');
  assert.deepEqual(
    made.rows.map(({ labels, metrics }) => [labels['net'], labels['top5Test'], metrics['top5Test']!.paper]),
    [
      ['A', undefined, 10.1],
      ['B', undefined, null],
    ],
  );
  const printed = toMarkdown(printedTable(made, 'x'));
  assert.match(printed, /\| paper \| top5Test, paper \|/);
  assert.match(printed, /\| A .*\| 10\.1 +\|\n\| B .*\| - +\|/);
  assert.match(toCsv(made), /,top5Test_paper,images,.*\r\nA,.*,10\.1,4,/);
});

test('a mean over scales and nets says what is behind it, and a scale that all share stands once', async () => {
  const at = (Q: number, changed: object = {}) =>
    ({ ...scores.protocol, Q, ...changed }) as Scores['protocol'];
  const scales = { ...scores, protocol: { mean: [at(96), at(128)] } };
  const [row] = (await table({}, [scales])).rows;
  assert.deepEqual(row!.real, { S: 96, Q: [96, 128] });
  assert.equal(row!.protocol!.parts.length, 1);
  assert.deepEqual(row!.protocol!.parts[0]!.slice(-3), [
    'dense',
    'Q = 96, 128 px, 6 to 12 positions an image',
    'scores averaged over positions, averaged with the mirror image, posteriors averaged over the scales',
  ]);
  const other = at(96, { net: { ...net, net: 'E' } });
  const both = { ...scores, protocol: { mean: [{ mean: [at(96)] }, other] } };
  const { joined, parts } = (await table({}, [both])).rows[0]!.protocol!;
  assert.equal(joined, 'posteriors');
  assert.deepEqual(
    parts.map(([first]) => first),
    ['net A', 'net E'],
  );
  const logits = { ...scores, protocol: { mean: [at(128), at(96)], of: 'logits-of-views' as const } };
  assert.match(
    (await table({}, [logits])).rows[0]!.protocol!.parts[0]!.slice(-2).join(', '),
    /^Q = 96, 128 px, .*, logits averaged over the scales$/,
  );
});
