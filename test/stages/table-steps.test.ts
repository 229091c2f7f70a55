/** Rows compared two by two, and what scores say of themselves. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TableStepPlan } from '../../src/plan/table-steps.js';
import type { Scores } from '../../src/nn/scores.js';
import type { Metric } from '../../src/run/metric.js';
import type { TableParameters } from '../../src/stages/table/definition.js';
import { TABLE_METRICS } from '../../src/stages/table/metrics.js';
import { LABELS, scores, table } from '../support/table-rig.js';

/** Of so many images, the first ones are wrong. */
function wrong(count: number, images = 200): Scores {
  const ids = Array.from({ length: images }, (_, i) => `image ${i}`);
  const rows = ids.map((_, i) => (i < count ? [1, 0, 0, 0, 0, 0] : [0, 0, 0, 0, 0, 1]));
  return { ...scores, posteriors: Float32Array.from(rows.flat()), labels: ids.map(() => 5), ids };
}

const STEP: TableStepPlan = {
  ...{ axis: 'net', from: 'A', to: 'B', same: { S: 256 }, rows: [0, 1], paperChange: {} },
};

const NETS = [
  { labels: LABELS, inputs: 1 },
  { labels: { ...LABELS, net: 'B' }, inputs: 1 },
];

/** From net A to B, which the paper has at 29.6 and 28.7. */
async function change(
  of: readonly Scores[],
  changed: Partial<TableParameters> = {},
  metrics = TABLE_METRICS,
) {
  const { steps } = await table({ rows: NETS, steps: [STEP], ...changed }, of, metrics);
  assert.equal(steps.length, 1);
  const { changes, ...step } = steps[0]!;
  assert.deepEqual(step, { axis: 'net', from: 'A', to: 'B', same: { S: 256 } });
  return changes['top1']!;
}

test('a step says how far an error goes on the same images, and that the sign is the paper\u2019s', async () => {
  const { interval, ...others } = await change([wrong(100), wrong(80)]);
  assert.deepEqual(others, { change: -10, from: 'images', paper: -0.9, verdict: 'same sign' });
  assert.ok(interval![0] > -15 && interval![1] < -5, interval!.join());
});

test('a sign is opposite only where it is clear, and none where the paper prints the same twice', async () => {
  const verdict = async (of: readonly Scores[], changed = {}) => (await change(of, changed)).verdict;
  assert.equal(await verdict([wrong(80), wrong(100)]), 'opposite sign');
  assert.equal(await verdict([wrong(80), wrong(82)]), 'not clear');
  assert.equal(await verdict([wrong(80), wrong(80)]), 'not clear');
  const flat = {
    caption: '',
    columns: ['net', 'S', 'top1'],
    rows: [
      ['A', 256, 28.1],
      ['B', 256, 28.1],
    ],
  };
  assert.equal(await verdict([wrong(80), wrong(100)], { paper: flat }), 'paper unchanged');
});

test('images of one thing that change sides together are one change', async () => {
  const inThings = (of: Scores): Scores => ({
    ...of,
    things: of.ids.map((_, i) => String(Math.floor(i / 10))),
  });
  const alone = await change([wrong(100), wrong(80)]);
  const together = await change([inThings(wrong(100)), inThings(wrong(80))]);
  assert.equal(together.change, alone.change);
  // Two of twenty things.
  assert.deepEqual([alone.verdict, together.verdict], ['same sign', 'not clear']);
});

test('images that all show one thing are counted as images', async () => {
  const ofOne = (of: Scores): Scores => ({ ...of, things: of.ids.map(() => 'one') });
  assert.deepEqual(
    await change([ofOne(wrong(100)), ofOne(wrong(80))]),
    await change([wrong(100), wrong(80)]),
  );
});

test('where the paper has no such rows there is no verdict, unless the step says what the paper\u2019s change is', async () => {
  const without = await change([wrong(80), wrong(100)], { paper: null });
  assert.deepEqual([without.paper, without.verdict], [null, null]);
  const steps = [{ ...STEP, paperChange: { top1: 7 } }];
  const said = await change([wrong(80), wrong(100)], { paper: null, steps });
  assert.deepEqual([said.paper, said.verdict], [7, 'same sign']);
});

test('rows over other images, and metrics that do not say which images they mean, have a change without interval', async () => {
  const moved = { ...wrong(100), ids: wrong(100).ids.toReversed() };
  const others = await change([wrong(80), moved]);
  assert.deepEqual(others, { change: 10, interval: null, from: null, paper: -0.9, verdict: 'no interval' });
  const plain = TABLE_METRICS.map((metric): Metric => ({
    ...{ name: metric.name, artifact: metric.artifact, description: metric.description },
    ...{ heading: metric.heading, isErrorRate: metric.isErrorRate },
    measure: (artifact) => metric.measure(artifact),
  }));
  assert.deepEqual(await change([wrong(80), wrong(100)], {}, plain), others);
});

test('a step between means over seeds is by the spread of the seeds', async () => {
  const rows = NETS.map(({ labels }) => ({ labels, inputs: 3 }));
  const of = [100, 104, 96, 80, 84, 76].map((count) => wrong(count));
  const { interval, ...others } = await change(of, { over: ['seed'], rows });
  assert.deepEqual(others, { change: -10, from: 'runs', paper: -0.9, verdict: 'same sign' });
  // Deviations of 2 points each: 2.776 * sqrt(2 * 4 / 3).
  assert.ok(Math.abs(interval![0] + 10 + 4.533) < 1e-3, interval!.join());
  const uneven = await change(of.slice(0, 4), { over: ['seed'], rows: [rows[0]!, NETS[1]!] });
  assert.deepEqual([uneven.interval, uneven.verdict], [null, 'no interval']);
});

test('positions and images are columns that scores say of themselves', async () => {
  const { columns, rows } = await table({
    columns: ['net', 'positions', 'top1', 'images'],
    ...{ metrics: ['top1'], facts: ['positions', 'images'] },
  });
  assert.deepEqual(
    columns.map(({ name, kind, heading }) => [name, kind, heading]),
    [
      ['net', 'axis', 'net'],
      ['positions', 'fact', 'positions an image'],
      ['top1', 'metric', 'top-1 error, %'],
      ['images', 'fact', 'images'],
    ],
  );
  assert.deepEqual([rows[0]!.positions, rows[0]!.images], [[6, 12], 4]);
});
