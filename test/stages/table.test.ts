import assert from 'node:assert/strict';
import test from 'node:test';
import type { NetShape } from '../../src/nn/net.js';
import { type Scores, writeScores } from '../../src/nn/scores.js';
import { type Table, TABLE_FILE } from '../../src/run/table.js';
import type { TableParameters } from '../../src/stages/table/definition.js';
import { TableStage } from '../../src/stages/table/stage.js';
import { MemoryArtifact, runStage } from '../support/stage-rig.js';

const net: NetShape = { net: 'A', width: 0.25, crop: 64, classes: 6, pooling: 'ceil' };

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

async function table(
  changed: Partial<TableParameters> = {},
  of: readonly Scores[] = [scores],
): Promise<Table> {
  const parameters: TableParameters = {
    name: 'table3',
    columns: ['net', 'S', 'Q', 'top1', 'top5'],
    join: ['net', 'S'],
    paper: {
      caption: 'ConvNet performance at a single test scale.',
      columns: ['net', 'S', 'Q', 'top1', 'top5'],
      rows: [
        ['B', 256, 256, 28.7, 9.9],
        ['A', 256, 256, 29.6, 10.4],
      ],
    },
    rows: of.map(() => ({ net: 'A', S: 256, Q: 384, method: 'dense' })),
    ...changed,
  };
  const inputs = { rows: await Promise.all(of.map(artifact)) };
  return JSON.parse(
    (await runStage(new TableStage(), parameters, { inputs })).output.text(TABLE_FILE),
  ) as Table;
}

test('a row holds our errors in per cent beside the paper’s, joined on the paper’s px', async () => {
  const { rows, caption } = await table();
  assert.equal(caption, 'ConvNet performance at a single test scale.');
  assert.deepEqual(rows, [
    {
      net: 'A',
      S: 256,
      Q: 384,
      realS: 96,
      realQ: 128,
      top1: 75,
      top5: 50,
      paperTop1: 29.6,
      paperTop5: 10.4,
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
    (await table(changed)).rows.map(({ paperTop1, paperTop5 }) => [paperTop1, paperTop5]);
  assert.deepEqual(await errors({ join: ['net', 'S', 'Q'] }), [[null, null]]);
  assert.deepEqual(await errors({ paper: null }), [[null, null]]);
  const paper = { caption: '', columns: ['net', 'S', 'top1'], rows: [['A', 256, null]] };
  assert.deepEqual(await errors({ paper }), [[null, null]]);
});

test('rows stand in the order of the plan, each with its own protocol', async () => {
  const plain = { ...scores, protocol: { ...scores.protocol, mirror: false, positions: [4, 4] as const } };
  const { rows } = await table({}, [plain, scores]);
  assert.match(rows[0]!.protocol, /, 4 positions an image$/);
  assert.match(rows[1]!.protocol, /mirror image$/);
});
