/** Selectors, as `--only`, `ls --where` and `why` take them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatLabel } from '../../src/plan/labels.js';
import { inputRecipes, type Plan, type Task } from '../../src/plan/plan.js';
import { onlySelected, selectOne, selectTasks } from '../../src/plan/select.js';
import { planSpec } from '../spec/support/plan-spec.js';

const SPEC = `title: Selected
data: { kind: image-folder, name: pets, root: images }
scales: { crop: 64 }
stages:
  augmented: { kind: augment }
  nets:
    kind: train
    matrix: { net: [A, B], seed: [1, 2] }
    net: '\${net}'
    seed: '\${seed}'
    S: 256
    augment: augmented
  scores: { kind: evaluate, each: nets, Q: [256, 288] }
  alone: { kind: evaluate, each: nets, where: { net: A }, Q: 256 }
tables:
  t: { rows: scores, columns: [net, seed, Q, top1] }
  u: { rows: alone, columns: [net, seed, top1] }
`;

async function plan(): Promise<Plan> {
  return (await planSpec(SPEC)).plan;
}

/** None where nothing is meant. */
function meant(tasks: readonly Task[], selector: string): readonly Task[] {
  const found = selectTasks(tasks, selector);
  return found.ok ? found.value : [];
}

async function refused(selector: string): Promise<string> {
  const found = selectTasks((await plan()).tasks, selector);
  assert.ok(!found.ok);
  return found.error;
}

describe('a selector means', () => {
  const counts: Readonly<Record<string, readonly [string, number]>> = {
    'the tasks of a stage': ['nets', 4],
    'the means and single scores of a stage with several scales': ['scores', 12],
    'a table by its name': ['t', 1],
    'all tasks of a kind': ['train', 4],
    'a kind by its key': ['kind=evaluate', 8],
    'a stage by its key': ['stage=nets', 4],
    'the tasks with a value of an axis': ['seed=1,kind=train', 2],
    'a list of values, commas and all': ['Q=256,288', 4],
    'a list of values and a condition after it': ['Q=256,288,net=A', 2],
    'several conditions at once': ['scores,net=B,seed=2', 3],
  };
  for (const [sentence, [selector, count]] of Object.entries(counts))
    test(`${sentence}: ${selector}`, async () => {
      assert.equal(meant((await plan()).tasks, selector).length, count);
    });

  test('the task whose recipe begins so, from four digits on', async () => {
    const { tasks } = await plan();
    for (const task of tasks) {
      for (const length of [64, 12]) assert.deepEqual(meant(tasks, task.recipe.slice(0, length)), [task]);
      assert.match(await refused(task.recipe.slice(0, 3)), /^No stage, table, kind or recipe is called/);
    }
  });
});

describe('what a selector cannot mean is explained:', () => {
  const explained: Readonly<Record<string, string>> = {
    score: 'No stage, table, kind or recipe is called "score". Did you mean "scores"?',
    'net=F': 'No task has net=F. net is one of: A, B.',
    'nte=A': 'No task has an axis "nte". Did you mean "net"?',
    'scores,seed=3': 'No task has seed=3. seed is one of: 1, 2.',
    'augmented,net=A': 'No task has an axis "net".',
  };
  for (const [selector, text] of Object.entries(explained))
    test(selector, async () => {
      assert.ok((await refused(selector)).startsWith(text), await refused(selector));
    });
});

test('conditions on one task narrow each other, in any order', async () => {
  const { tasks } = await plan();
  const condition = fc.constantFrom(
    'scores',
    'nets',
    'evaluate',
    'kind=mean',
    'net=A',
    'net=B',
    'seed=1',
    'Q=256',
  );
  fc.assert(
    fc.property(fc.uniqueArray(condition, { minLength: 1, maxLength: 4 }), (conditions) => {
      const expected = tasks.filter((task) => conditions.every((one) => meant(tasks, one).includes(task)));
      assert.deepEqual(meant(tasks, conditions.join(',')), expected);
      assert.deepEqual(meant(tasks, [...conditions].reverse().join(',')), expected);
    }),
  );
});

test('every axis of every task selects it by its value as it is printed', async () => {
  const { tasks } = await plan();
  for (const task of tasks)
    for (const [axis, value] of Object.entries(task.labels))
      assert.ok(meant(tasks, `${axis}=${formatLabel(value)}`).includes(task), axis);
});

test('the part of a plan that is selected holds all that it needs and nothing else, in the order of the plan', async () => {
  const whole = await plan();
  const selectors = ['u', 'nets,net=B,seed=1'];
  const part = onlySelected(whole, selectors);
  assert.ok(part.ok);
  const { tasks, experiments } = part.value;
  const wanted = selectors.flatMap((selector) => meant(whole.tasks, selector));
  for (const task of tasks) {
    for (const input of inputRecipes(task)) assert.ok(tasks.some(({ recipe }) => recipe === input));
    assert.ok(wanted.includes(task) || tasks.some((other) => inputRecipes(other).includes(task.recipe)));
  }
  for (const task of wanted) assert.ok(tasks.includes(task));
  assert.deepEqual(
    tasks,
    whole.tasks.filter((task) => tasks.includes(task)),
  );
  assert.deepEqual(
    experiments.map(({ name, tables }) => [name, tables.length]),
    [['spec', 1]],
  );
  assert.deepEqual(
    experiments[0]!.tasks,
    tasks.map(({ recipe }) => recipe),
  );
  assert.deepEqual(onlySelected(whole, []), { ok: true, value: whole });
});

test('one task is asked for by a selector that means one, else their number is told', async () => {
  const whole = await plan();
  const one = selectOne(whole, 'nets,net=A,seed=2');
  assert.ok(one.ok);
  assert.deepEqual(one.value.labels, { net: 'A', seed: 2, S: 256 });
  assert.deepEqual(selectOne(whole, 'nets'), {
    ok: false,
    error: '"nets" means 4 tasks. Name one by its recipe: stagecraft ls prints them.',
  });
});

test('a task that several stages come to is found under each of them, with the axes that it has there', async () => {
  const { plan } = await planSpec(
    SPEC.replace(
      'tables:',
      `  again: { kind: train, net: A, seed: 1, S: 256, augment: augmented, labels: { copy: yes } }
tables:`,
    ),
  );
  const [found] = meant(plan.tasks, 'again');
  assert.equal(found?.stage, 'nets');
  assert.deepEqual(meant(plan.tasks, 'copy=yes'), [found]);
  assert.deepEqual(meant(plan.tasks, 'nets,net=A,seed=1'), [found]);
  assert.equal(meant(plan.tasks, 'constructor=x').length, 0);
});
