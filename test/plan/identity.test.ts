/** What is one task and what is not, whatever it is written like. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planSpec } from '../spec/support/plan-spec.js';

const HEAD = `title: Identity
data: { kind: image-folder, name: pets, root: images }
scales: { crop: 64 }
stages:
  augmented: { kind: augment }
`;

async function recipesOf(stages: string, kind: string): Promise<readonly string[]> {
  const { tasks } = (await planSpec(HEAD + stages)).plan;
  return tasks.filter((task) => task.kind === kind).map(({ recipe }) => recipe);
}

describe('a mean without weights is one task', () => {
  const ensemble = (axes: string) => `
  nets: { kind: train, matrix: { ${axes} }, net: '\${net}', seed: '\${seed}', S: 256, augment: augmented }
  scores: { kind: evaluate, each: nets, Q: 256 }
  both: { kind: ensemble, over: scores, by: [] }
`;

  test('in whatever order the axes of its members are written', async () => {
    const first = await recipesOf(ensemble('net: [A, B], seed: [1, 2]'), 'mean');
    assert.equal(first.length, 1);
    assert.deepEqual(await recipesOf(ensemble('seed: [2, 1], net: [B, A]'), 'mean'), first);
  });

  test('in whatever order its scales are named', async () => {
    const scales = (Q: string) => `
  a: { kind: train, net: A, S: 256, augment: augmented }
  scores: { kind: evaluate, from: a, Q: ${Q} }
`;
    const first = await recipesOf(scales('[256, 288, 384]'), 'mean');
    assert.equal(first.length, 1);
    assert.deepEqual(await recipesOf(scales('[384, 256, 288]'), 'mean'), first);
  });

  test('and another one with weights, whose order says which is whose', async () => {
    const weighted = (weights: string) =>
      ensemble('net: [A], seed: [1, 2]').replace('by: []', `by: [], weights: ${weights}`);
    const all = await Promise.all(
      ['[1, 2]', '[2, 1]'].map((weights) => recipesOf(weighted(weights), 'mean')),
    );
    assert.notDeepEqual(all[0], all[1]);
  });
});

test('ensembles of ensembles are planned by the number of their tasks, not of the ways through them', async () => {
  const levels = Array.from({ length: 60 }, (_, i) => {
    const members = [0, 1].map((k) =>
      i - k > 0 ? `e${i - 1 - k}` : `{ each: scores, where: { seed: ${k + 1} } }`,
    );
    return `  e${i}: { kind: ensemble, over: g${i}, by: [], labels: { level: ${i} } }`.concat(
      `|  g${i}: { concat: [${members.join(', ')}] }`,
    );
  }).map((line) => line.split('|'));
  const recipes = await recipesOf(
    `
  nets: { kind: train, matrix: { seed: [1, 2] }, net: A, seed: '\${seed}', S: 256, augment: augmented }
  scores: { kind: evaluate, each: nets, Q: 256 }
${levels.map(([stage]) => stage).join('\n')}
groups:
${levels.map(([, group]) => group).join('\n')}
`,
    'mean',
  );
  assert.ok(recipes.length > 50);
});

describe('weights that are imported', () => {
  const imported = (one: string, other: string) => `
  one: { kind: import, net: D, S: 256, ${one} }
  other: { kind: import, net: D, S: 256, ${other} }
`;

  test('are two tasks where they lie at two places', async () => {
    const recipes = await recipesOf(imported('file: a/net.pth', 'file: b/net.pth'), 'import');
    assert.equal(new Set(recipes).size, 2);
  });

  test('are one task where their files hash to the same', async () => {
    const sha256 = `sha256: ${'a'.repeat(64)}`;
    const recipes = await recipesOf(
      imported(`file: a/net.pth, ${sha256}`, `file: b.pth, ${sha256}`),
      'import',
    );
    assert.equal(recipes.length, 1);
  });
});
