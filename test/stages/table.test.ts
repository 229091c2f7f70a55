import assert from 'node:assert/strict';
import test from 'node:test';
import { netShape } from '../../src/nn/nets.js';
import { type Scores, writeScores } from '../../src/nn/scores.js';
import { Metrics } from '../../src/run/metric.js';
import { type Table, TABLE_FILE } from '../../src/run/table.js';
import type { TableParameters } from '../../src/stages/table/definition.js';
import { TABLE_METRICS } from '../../src/stages/table/metrics.js';
import { TableStage } from '../../src/stages/table/stage.js';
import { MemoryArtifact, runStage } from '../support/stage-rig.js';

const net = netShape('A', { width: 0.25, crop: 64, classes: 6, pooling: 'ceil' });

/** Four images of class 5: found first, second, sixth and sixth. */
const scores: Scores = {
  posteriors: Float32Array.from(
    [
      [0, 0, 0, 0, 0, 1],
      [0.6, 0, 0, 0, 0, 0.4],
      [0.3, 0.2, 0.2, 0.2, 0.1, 0],
      [0.3, 0.2, 0.2, 0.2, 0.1, 0],
    ].flat(),
  ),
  labels: [5, 5, 5, 5],
  ids: ['a', 'b', 'c', 'd'],
  classes: ['0', '1', '2', '3', '4', '5'],
  protocol: {
    method: 'dense',
    mirror: true,
    dataset: 'drawings',
    initialisation: 'he',
    steps: 12,
    batch: 32,
    S: 96,
    Q: 128,
    net,
    positions: [6, 12],
    averaging: 'scores over positions before the soft-max, posteriors over mirrors after it',
  },
};

async function artifact(of: Scores): Promise<MemoryArtifact> {
  const written = new MemoryArtifact();
  for (const [file, bytes] of Object.entries(writeScores(of))) await written.write(file, bytes);
  return written;
}

const LABELS = { net: 'A', S: 256, Q: 384, method: 'dense' };

async function table(
  changed: Partial<TableParameters> = {},
  of: readonly Scores[] = [scores],
): Promise<Table> {
  const parameters: TableParameters = {
    name: 'table3',
    caption: 'ConvNet performance at a single test scale.',
    artifact: 'scores',
    columns: ['net', 'S', 'Q', 'top1', 'top5'],
    metrics: ['top1', 'top5'],
    join: ['net', 'S'],
    paperRows: 'joined',
    over: [],
    paper: {
      caption: 'ConvNet performance at a single test scale.',
      columns: ['net', 'S', 'Q', 'top1', 'top5'],
      rows: [
        ['B', 256, 256, 28.7, 9.9],
        ['A', 256, 256, 29.6, 10.4],
      ],
    },
    rows: of.map(() => ({ labels: LABELS, inputs: 1 })),
    ...changed,
  };
  const inputs = { rows: await Promise.all(of.map(artifact)) };
  return JSON.parse(
    (await runStage(new TableStage(new Metrics(TABLE_METRICS)), parameters, { inputs })).output.text(
      TABLE_FILE,
    ),
  ) as Table;
}

test('a row holds our errors in per cent beside the paper’s, joined on the paper’s px', async () => {
  const { rows, caption } = await table();
  assert.equal(caption, 'ConvNet performance at a single test scale.');
  assert.deepEqual(rows, [
    {
      labels: LABELS,
      metrics: { top1: { value: 75, sd: null, paper: 29.6 }, top5: { value: 50, sd: null, paper: 10.4 } },
      runs: 1,
      real: { S: 96, Q: 128 },
      images: 4,
      classes: 6,
      protocol:
        'net A at width 0.25, crop 64 px, ceil pooling; initialisation he; ' +
        'trained on drawings at S = 96 px, 12 steps of 32; ' +
        'dense at Q = 128 px, 6 to 12 positions an image, averaged with the mirror image',
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
  assert.match(rows[0]!.protocol!, /, 4 positions an image$/);
  assert.match(rows[1]!.protocol!, /mirror image$/);
});

/** Of the four images, so many are found first. */
function found(first: number): Scores {
  const rows = scores.ids.map((_, i) => (i < first ? [0, 0, 0, 0, 0, 1] : [1, 0, 0, 0, 0, 0]));
  return { ...scores, posteriors: Float32Array.from(rows.flat()) };
}

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
      ['B', 0, { value: null, sd: null, paper: 28.7 }],
      ['A', 1, { value: 75, sd: null, paper: 29.6 }],
      ['Z', 1, { value: 75, sd: null, paper: null }],
    ],
  );
});

test('a mean over scales and nets says what is behind it, and a scale that all share stands once', async () => {
  const at = (Q: number, changed: object = {}) =>
    ({ ...scores.protocol, Q, ...changed }) as Scores['protocol'];
  const scales = { ...scores, protocol: { mean: [at(96), at(128)] } };
  const [row] = (await table({}, [scales])).rows;
  assert.deepEqual(row!.real, { S: 96, Q: [96, 128] });
  assert.match(
    row!.protocol!,
    /dense at Q = 96, 128 px, 6 to 12 positions an image, averaged with the mirror image, posteriors averaged over the scales$/,
  );
  const other = at(96, { net: { ...net, net: 'E' } });
  const both = { ...scores, protocol: { mean: [{ mean: [at(96)] }, other] } };
  assert.match(
    (await table({}, [both])).rows[0]!.protocol!,
    /^mean of the posteriors of net A .*, and of net E /,
  );
});
