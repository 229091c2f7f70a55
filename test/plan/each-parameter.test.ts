/** Identity, parameter by parameter: each one of every kind changes its task and what needs it, and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inputRecipes, type Plan, type Task } from '../../src/plan/plan.js';
import { BUILT_IN_KINDS } from '../../src/stages/built-in.js';
import { planSpec } from '../spec/support/plan-spec.js';

/** Every kind once or more, each needed by the next as far as it goes. */
const SPEC = `title: Everything
data: { kind: image-folder, name: pets, root: images }
datasets: { voc: { kind: voc, root: voc } }
scales: { crop: 64 }
stages:
  listed: { kind: index, split: val }
  augmented: { kind: augment }
  varied: { kind: augment, crop: centre }
  sheet: { kind: contact-sheet, from: augmented, S: 256 }
  alone: { kind: train, net: A, S: 256, augment: augmented, seed: 9, watch: held-out }
  a: { kind: train, net: A, S: 256, augment: augmented }
  b: { kind: train, net: B, S: 256, augment: augmented, init: { from: a, layers: fc } }
  tuned: { kind: train, net: B, S: 256, augment: augmented, init: { from: a, layers: firstFour+fc }, seed: 3 }
  c: { kind: import, net: D, S: 256, file: weights.safetensors }
  scores: { kind: evaluate, from: b, Q: [256, 384] }
  others: { kind: evaluate, from: c, Q: 256 }
  both: { kind: ensemble, over: all, by: [] }
  best: { kind: best-ensemble, over: all, by: [] }
  boxes: { kind: train-boxes, from: b, S: 256 }
  located: { kind: localise, from: boxes, Q: 256, classes: others }
  again: { kind: localise, from: boxes, Q: 288, classes: others }
  merged: { kind: merge-boxes, over: found, by: [], classes: others }
  described: { kind: features, from: b, Q: 256 }
  classified: { kind: svm, from: described }
groups:
  all: { concat: [scores, others] }
  found: { concat: [located, again] }
tables:
  t: { rows: both, columns: [top1] }
`;

/** Another value than the stage has: for each key of each stage. */
const CHANGES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  augmented: { crop: 'centre', mirror: false, colour: 'none', colourSd: 0.2 },
  sheet: { S: '256..512', seed: 2 },
  // A net that others start from cannot be of another width.
  alone: { width: 0.5, heldOut: 0.1, initialisation: 'he', precision: 'bfloat16' },
  a: {
    ...{ net: 'C', pooling: 'floor', S: '256..512', augment: 'varied' },
    ...{ epochs: 3, batch: 8, rate: 0.5, momentum: 0.5, weightDecay: 0, dropout: 0 },
    ...{ schedule: { kind: 'steps', at: [0.5], factor: 0.1 }, seed: 2, init: '{ from: c, layers: fc }' },
    watch: 'held-out',
  },
  b: { init: '{ from: c, layers: fc }' },
  tuned: { fineTune: 'fc' },
  c: {
    ...{ net: 'E', S: 384, file: 'other.pth', sha256: 'a'.repeat(64), width: 0.5, classes: ['cat', 'dog'] },
    ...{ channels: 'BGR', mean: [1, 2, 3], std: [4, 5, 6], pooling: 'floor' },
  },
  scores: {
    ...{ Q: 288, method: 'multi-crop', mirror: false, mapAverage: 'posteriors', average: 'logits' },
    ...{ filter: 'bicubic', longSide: 'floor', precision: 'bfloat16' },
  },
  both: { weights: [0.25, 0.75], average: 'logits' },
  best: { metric: 'top1', most: 1 },
  boxes: { S: 384, regression: 'SCR', fineTune: 'fc1-fc2', epochs: 3, batch: 8, rate: 0.5, seed: 2 },
  located: { Q: 384, method: 'ground-truth class', classes: 'scores' },
  merged: { classes: 'scores' },
  described: { dataset: 'voc', Q: 384, scales: 'stack', region: 'box', mirror: false },
  classified: { seed: 2 },
};

/** What is averaged over views is a matter of the mean: each scale is evaluated once for all of them. */
const LEFT: Readonly<Record<string, string>> = { 'scores.average': 'evaluate' };

/** Indexes are shared by all that read a split, so that a change asks for another and leaves the first. */
const SHARED = new Set(['index']);

const STAGES = new Map(
  [...SPEC.matchAll(/^ {2}(\w+): \{ kind: ([\w-]+)/gm)].map(([, stage, kind]) => [stage!, kind!]),
);

test('every parameter of every kind is changed here', () => {
  for (const { kind, schema } of BUILT_IN_KINDS.definitions) {
    if (!schema || SHARED.has(kind)) continue;
    const { properties } = schema as unknown as { properties: object };
    const changed = Object.entries(CHANGES).flatMap(([stage, keys]) =>
      STAGES.get(stage) === kind ? Object.keys(keys) : [],
    );
    for (const key of Object.keys(properties))
      assert.ok(key === 'kind' || changed.includes(key), `${kind}.${key}`);
  }
});

async function planOf(sets: readonly string[] = []): Promise<Plan> {
  return (await planSpec(SPEC, { sets })).plan;
}

/** Where a task stands, whatever it is: its stage, kind and place among its sisters. */
function places({ tasks }: Plan): Map<string, Task> {
  const seen = new Map<string, number>();
  return new Map(
    tasks.map((task) => {
      const name = `${task.stage}/${task.kind}`;
      const n = seen.get(name) ?? 0;
      seen.set(name, n + 1);
      return [`${name}/${n}`, task];
    }),
  );
}

/** Places of the tasks that need a task of this stage, themselves among them. */
function downstream(plan: Plan, stage: string): Set<string> {
  const byRecipe = new Map([...places(plan)].map(([place, task]) => [task.recipe, place]));
  const found = new Set<string>();
  for (const [place, task] of places(plan))
    if (task.stage === stage || inputRecipes(task).some((recipe) => found.has(byRecipe.get(recipe)!)))
      found.add(place);
  return found;
}

describe('changing', () => {
  for (const [stage, keys] of Object.entries(CHANGES)) {
    for (const [key, value] of Object.entries(keys)) {
      test(`${key} of a stage of kind ${STAGES.get(stage)!} changes its recipe and those behind it, and no other`, async () => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        const [before, after] = [await planOf(), await planOf([`stages.${stage}.${key}=${text}`])];
        const recipes = new Set(after.tasks.map(({ recipe }) => recipe));
        const behind = downstream(before, stage);
        assert.ok(behind.size > 0);
        for (const [place, task] of places(before))
          if (!SHARED.has(task.kind) && task.kind !== LEFT[`${stage}.${key}`])
            assert.equal(recipes.has(task.recipe), !behind.has(place), place);
      });
    }
  }
});

describe('these change no recipe:', () => {
  const same: Readonly<Record<string, readonly string[]>> = {
    'the title': ['title=Other'],
    'where the images lie': ['data.root=/elsewhere', 'datasets.voc.root=/elsewhere'],
    'what the set should hold': ['data.expect={ classes: 2, train: 4, val: 6 }'],
    'whether results of other environments count': ['reuse=same-environment'],
    'labels of stages': ['stages.both.labels={ nets: two }'],
    'a default that is written out': [
      'data.badImages=stop',
      'stages.a.momentum=0.9',
      'stages.a.fineTune=all',
      // Nothing is watched.
      'stages.a.heldOut=0.3',
      'stages.scores.mirror=true',
    ],
  };
  for (const [name, sets] of Object.entries(same)) {
    test(name, async () => {
      const recipes = ({ tasks }: Plan) =>
        tasks.filter(({ kind }) => kind !== 'table').map(({ recipe }) => recipe);
      assert.deepEqual(recipes(await planOf(sets)), recipes(await planOf()));
    });
  }
});
