import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSpec } from '../spec/support/plan-spec.js';

const training = (axes: string, seed: number) =>
  `{ kind: train, matrix: { ${axes}, seed: [${seed}] }, net: '\${net}', S: '\${S}', seed: '\${seed}', augment: augmented }`;

test('a mean over seeds is one row, in whatever order the axes of each seed are written', async () => {
  const { plan } = await planSpec(`
title: Two seeds
data: { kind: embedded }
stages:
  augmented: { kind: augment }
  first: ${training('net: [A, B], S: [256]', 1)}
  second: ${training('S: [256], net: [A, B]', 2)}
  scores: { kind: evaluate, each: both, Q: '\${mid(S)}' }
groups:
  both: { concat: [first, second] }
tables:
  t: { rows: scores, over: [seed], columns: [net, S, top1] }
`);
  const table = plan.tasks.find(({ kind }) => kind === 'table')!;
  assert.equal(plan.tasks.filter(({ kind }) => kind === 'evaluate').length, 4);
  const { rows } = table.parameters as {
    rows: readonly { readonly labels: object; readonly inputs: unknown }[];
  };
  assert.deepEqual(
    rows.map(({ labels, inputs }) => [labels, inputs]),
    [
      [{ net: 'A', S: 256, Q: 256, method: 'dense' }, 2],
      [{ net: 'B', S: 256, Q: 256, method: 'dense' }, 2],
    ],
  );
});
