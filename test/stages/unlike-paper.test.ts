/** A difference from the paper is shown only where ours was measured as the paper's was. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { builtInLayers } from '../../src/nn/nets.js';
import type { EvaluationProtocol, Scores } from '../../src/nn/scores.js';
import type { PaperTable } from '../../src/spec/paper-table.js';
import { LABELS, net, scores, table } from '../support/table-rig.js';

/** A paper that measured what the rig's scores are of. */
const PAPER: PaperTable = {
  caption: 'Of the same images',
  measuredOn: { dataset: 'drawings', images: 4, classes: 6, width: 0.25, crop: 64 },
  columns: ['net', 'S', 'Q', 'top1', 'top5'],
  rows: [['A', 96, 128, 70, 51.5]],
};

const SAME = { paper: PAPER, join: ['net'], rows: [{ labels: { ...LABELS, S: 96, Q: 128 }, inputs: 1 }] };

async function rowOf(protocol: Partial<EvaluationProtocol>, paper: Partial<PaperTable> = {}) {
  const changed = { ...scores, protocol: { ...scores.protocol, ...protocol } } as Scores;
  const { rows } = await table({ ...SAME, paper: { ...PAPER, ...paper } }, [changed]);
  return rows[0]!;
}

test('a row that was measured as the paper\u2019s has the difference of each metric, in points', async () => {
  const { metrics, unlike } = await rowOf({});
  assert.deepEqual(unlike, []);
  assert.deepEqual([metrics['top1']!.difference, metrics['top5']!.difference], [5, -1.5]);
});

for (const [what, protocol, ours, paper] of [
  ['dataset', { dataset: 'photographs' }, 'photographs', 'drawings'],
  ['width', { net: { ...net, width: 1 } }, '1', '0.25'],
  ['crop', { net: { ...net, crop: 224 } }, '224', '64'],
  ['net', { net: { ...net, net: 'B', layers: builtInLayers('B')! } }, 'B', 'A'],
  ['pooling', { net: { ...net, pooling: 'floor' } }, 'floor', 'ceil'],
  ['layers', { net: { ...net, layers: ['conv3-64', 'maxpool'] } }, "the spec's own", "Table 1's"],
  ['S', { S: 64 }, '64', '96'],
  ['S', { S: '96..160' }, '96..160', '96'],
  ['Q', { Q: 96 }, '96', '128'],
  ['mirror images', { mirror: false }, 'left out', 'averaged'],
] as const) {
  test(`another ${what} (${ours}) than the paper\u2019s leaves no difference, and is named`, async () => {
    const { metrics, unlike } = await rowOf(protocol);
    assert.deepEqual(unlike, [{ what, ours, paper }]);
    assert.deepEqual([metrics['top1']!.difference, metrics['top5']!.difference], [null, null]);
  });
}

test('other images, classes and methods than the paper\u2019s are named too', async () => {
  const measuredOn = { ...PAPER.measuredOn!, images: 50000, classes: 1000, method: 'multi-crop & dense' };
  assert.deepEqual((await rowOf({}, { measuredOn })).unlike, [
    { what: 'images', ours: '4', paper: '50000' },
    { what: 'classes', ours: '6', paper: '1000' },
    { what: 'method', ours: 'dense', paper: 'dense & multi-crop' },
  ]);
});

test('a column "method" of the paper counts before what its table says of all rows', async () => {
  const columns = [...PAPER.columns, 'method'];
  const at = async (method: string) =>
    (await rowOf({}, { columns, rows: [[...PAPER.rows[0]!, method]] })).unlike;
  assert.deepEqual(await at('dense'), []);
  assert.deepEqual(await at('multi-crop'), [{ what: 'method', ours: 'dense', paper: 'multi-crop' }]);
});

test('each net behind a mean has to be measured likewise', async () => {
  const mean = [scores.protocol, { ...scores.protocol, net: { ...net, width: 1 } }] as EvaluationProtocol[];
  const { rows } = await table(SAME, [{ ...scores, protocol: { mean } }]);
  assert.deepEqual(rows[0]!.unlike, [{ what: 'width', ours: '0.25 & 1', paper: '0.25' }]);
});

test('each run behind a row over seeds has to be measured likewise', async () => {
  const other = { ...scores, protocol: { ...scores.protocol, dataset: 'photographs' } } as Scores;
  const rows = [{ ...SAME.rows[0]!, inputs: 2 }];
  const made = await table({ ...SAME, rows, over: ['seed'] }, [scores, other]);
  assert.deepEqual(made.rows[0]!.unlike, [{ what: 'dataset', ours: 'photographs', paper: 'drawings' }]);
});

test('where the paper does not say what it measured, or has no such row, nothing is said of it', async () => {
  const { measuredOn: _, ...silent } = PAPER;
  assert.equal((await table({ ...SAME, paper: silent })).rows[0]!.unlike, null);
  assert.equal(
    (await table({ ...SAME, join: ['net', 'S'], rows: [{ labels: LABELS, inputs: 1 }] })).rows[0]!.unlike,
    null,
  );
});
