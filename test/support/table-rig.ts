/** Makes a table of scores in memory: net A on four images beside the paper's row for it. */
import { netShape } from '../../src/nn/nets.js';
import { type Scores, writeScores } from '../../src/nn/scores.js';
import { type Metric, Metrics } from '../../src/run/metric.js';
import { type Table, TABLE_FILE } from '../../src/run/table.js';
import type { TableParameters } from '../../src/stages/table/definition.js';
import { TABLE_METRICS } from '../../src/stages/table/metrics.js';
import { TableStage } from '../../src/stages/table/stage.js';
import { MemoryArtifact, runStage } from './stage-rig.js';

export const net = netShape('A', { width: 0.25, crop: 64, classes: 6, pooling: 'ceil' });

/** Four images of class 5: found first, second, sixth and sixth. */
export const scores: Scores = {
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
    mapAverage: 'scores',
  },
};

async function artifact(of: Scores): Promise<MemoryArtifact> {
  const written = new MemoryArtifact();
  for (const [file, bytes] of Object.entries(writeScores(of))) await written.write(file, bytes);
  return written;
}

export const LABELS = { net: 'A', S: 256, Q: 384, method: 'dense' };

export async function table(
  changed: Partial<TableParameters> = {},
  of: readonly Scores[] = [scores],
  metrics: readonly Metric[] = TABLE_METRICS,
): Promise<Table> {
  const parameters: TableParameters = {
    name: 'table3',
    caption: 'ConvNet performance at a single test scale.',
    artifact: 'scores',
    columns: ['net', 'S', 'Q', 'top1', 'top5'],
    metrics: ['top1', 'top5'],
    facts: [],
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
    steps: [],
    ...changed,
  };
  const inputs = { rows: await Promise.all(of.map(artifact)) };
  return JSON.parse(
    (await runStage(new TableStage(new Metrics(metrics)), parameters, { inputs })).output.text(TABLE_FILE),
  ) as Table;
}

/** Of the four images, so many are found first. */
export function found(first: number): Scores {
  const rows = scores.ids.map((_, i) => (i < first ? [0, 0, 0, 0, 0, 1] : [1, 0, 0, 0, 0, 0]));
  return { ...scores, posteriors: Float32Array.from(rows.flat()) };
}
