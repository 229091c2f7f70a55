import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Task } from '../../src/plan/plan.js';
import { type RecipeData, recipeOf, shortRecipe } from '../../src/plan/recipe.js';
import { type Options, planSpec } from '../spec/support/plan-spec.js';

const DATA: RecipeData = {
  kind: 'train',
  version: '1',
  parameters: { net: 'A', schedule: { at: [0.7, 0.9] } },
  inputs: { index: 'aa', rows: ['bb', 'cc'] },
};

describe('each field of the recipe counts: changing', () => {
  const changes: { [F in keyof RecipeData]: readonly RecipeData[F][] } = {
    kind: ['evaluate'],
    version: ['2'],
    parameters: [
      { ...DATA.parameters, net: 'B' },
      { ...DATA.parameters, seed: 1 },
      { ...DATA.parameters, schedule: { at: [0.9, 0.7] } },
      {},
    ],
    inputs: [{ ...DATA.inputs, index: 'ab' }, { ...DATA.inputs, rows: ['cc', 'bb'] }, { rows: ['bb', 'cc'] }],
  };
  for (const [field, values] of Object.entries(changes)) {
    test(`"${field}" gives another recipe`, () => {
      const recipes = [DATA, ...values.map((value) => ({ ...DATA, [field]: value }))].map(recipeOf);
      assert.equal(new Set(recipes).size, values.length + 1);
    });
  }
});

test('the order of keys does not count', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (parameters) => {
      const reversed = Object.fromEntries(Object.entries(parameters).reverse());
      assert.equal(recipeOf({ ...DATA, parameters: reversed }), recipeOf({ ...DATA, parameters }));
    }),
  );
});

test('a recipe is 64 hex digits, of which the first 12 name it in print', () => {
  assert.match(recipeOf(DATA), /^[0-9a-f]{64}$/);
  assert.equal(shortRecipe(recipeOf(DATA)), recipeOf(DATA).slice(0, 12));
});

const SPEC = `title: Recipes
vars: { epochs: 2 }
data: { kind: image-folder, name: pets, root: images }
limits: { train: 100, val: 50 }
scales: { crop: 64 }
profiles:
  demo: { scales: { map: { 256: 96 } } }
  same: { scales: { map: { 256: 96 } } }
stages:
  augmented: { kind: augment }
  a: { kind: train, net: A, S: 256, augment: augmented, epochs: '\${epochs}' }
  scores: { kind: evaluate, from: a, Q: 256 }
tables:
  t: { rows: scores, columns: [net, top1] }
`;

/** Recipes by kind; lists of images by their split too. */
async function recipes(text: string, options: Options = {}): Promise<Readonly<Record<string, string>>> {
  const { plan } = await planSpec(text, options);
  const name = ({ kind, labels }: Task) => (kind === 'index' ? `${String(labels['split'])} index` : kind);
  const byName = Object.fromEntries(plan.tasks.map((task) => [name(task), task.recipe]));
  assert.deepEqual(Object.keys(byName).sort(), [...KINDS].sort());
  return Object.fromEntries(KINDS.map((key) => [key, byName[key]!]));
}

const KINDS = ['train index', 'val index', 'augment', 'train', 'evaluate', 'table'];

const replaced = (from: string, to: string) => {
  assert.ok(SPEC.includes(from), from);
  return SPEC.replaceAll(from, to);
};

describe('the same recipes come of a spec with', () => {
  const same: Record<string, readonly [string, Options?]> = {
    'another title': [replaced('title: Recipes', 'title: Others')],
    'images in another place': [replaced('root: images', 'root: /data/pets')],
    'another profile that sets the same': [SPEC, { profile: 'same' }],
    'other names of stages': [replaced('augmented', 'varied').replaceAll('scores', 'measured')],
    'its keys in another order': [
      replaced(
        'kind: train, net: A, S: 256, augment: augmented',
        'augment: augmented, S: 256, net: A, kind: train',
      ),
    ],
    'its stages in another order': [
      replaced('  augmented: { kind: augment }\n', '').replace(
        'tables:',
        '  augmented: { kind: augment }\ntables:',
      ),
    ],
    'a value written out that was a variable': [replaced("'${epochs}'", '2.0')],
    'a default written out': [replaced('net: A', 'net: A, momentum: 0.9')],
    'the same value by --set': [SPEC, { sets: ['vars.epochs=2', 'limits.train=100'] }],
    'real scales worked out that were explicit': [replaced('256: 96', '256: 96, 384: 110')],
  };
  for (const [name, [text, options]] of Object.entries(same)) {
    test(name, async () => {
      assert.deepEqual(await recipes(text, options), await recipes(SPEC));
    });
  }
});

describe('other recipes, of the changed task and of all after it and no others, come of', () => {
  const changed: Record<string, readonly [string, readonly string[]]> = {
    'another set of images': [
      replaced('name: pets', 'name: cats'),
      ['train index', 'val index', 'augment', 'train', 'evaluate', 'table'],
    ],
    'fewer training images': [
      replaced('train: 100', 'train: 99'),
      ['train index', 'augment', 'train', 'evaluate', 'table'],
    ],
    'fewer validation images': [replaced('val: 50', 'val: 49'), ['val index', 'evaluate', 'table']],
    'another augmentation': [
      replaced('kind: augment }', 'kind: augment, mirror: false }'),
      ['augment', 'train', 'evaluate', 'table'],
    ],
    'another seed': [replaced('net: A', 'net: A, seed: 2'), ['train', 'evaluate', 'table']],
    'another value of a variable': [replaced('epochs: 2', 'epochs: 3'), ['train', 'evaluate', 'table']],
    'another crop': [replaced('crop: 64', 'crop: 72'), ['train', 'evaluate', 'table']],
    'other real px of a scale': [replaced('256: 96', '256: 104'), ['train', 'evaluate', 'table']],
    'another test scale': [replaced('Q: 256', 'Q: 288'), ['evaluate', 'table']],
    'another column of the table': [replaced('top1]', 'top5]'), ['table']],
  };
  for (const [name, [text, kinds]] of Object.entries(changed)) {
    test(name, async () => {
      const [before, after] = [await recipes(SPEC), await recipes(text)];
      assert.deepEqual(
        Object.keys(before).filter((key) => before[key] !== after[key]),
        kinds,
      );
    });
  }
});
