import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import type { Plan, Task } from '../../src/plan/plan.js';
import { IMAGES_ROLE, inputDigests, type InputDigests, statusOf } from '../../src/plan/status.js';
import { digestValue } from '../../src/util/digest.js';

function task(recipe: string, inputs: Task['inputs'] = {}): Task {
  return {
    recipe,
    stage: recipe,
    kind: 'train',
    version: '1',
    output: 'checkpoint',
    usesEngine: false,
    readsImages: false,
    parameters: {},
    labels: {},
    inputs,
  };
}

/** list -> net -> first and second -> table */
const TASKS = [
  task('list'),
  task('net', { index: 'list' }),
  task('first', { checkpoint: 'net' }),
  task('second', { checkpoint: 'net' }),
  task('table', { rows: ['first', 'second'] }),
];
const PLAN: Plan = { format: 1, experiment: 'x', title: 'x', profile: null, tasks: TASKS };

function execution(recipe: string, inputs: InputDigests, output: string): Execution {
  return {
    format: 1,
    recipe,
    kind: 'train',
    version: '1',
    parameters: {},
    inputs,
    files: {},
    output,
    environment: { node: '20', platform: 'linux', code: 'c' },
    host: 'h',
    startedAt: '2026-01-01T00:00:00Z',
    seconds: 1,
  };
}

const DONE: readonly Execution[] = [
  execution('list', { images: 'files-1' }, 'list-1'),
  execution('net', { index: 'list-1' }, 'net-1'),
  execution('first', { checkpoint: 'net-1' }, 'first-1'),
  execution('second', { checkpoint: 'net-1' }, 'second-1'),
  execution('table', { rows: digestValue(['first-1', 'second-1']) }, 'table-1'),
];

/** One line a task: `done OUTPUT` or the reason. */
function statuses(stored: readonly Execution[], files = 'files-1'): Record<string, string> {
  const found = statusOf(
    PLAN,
    (recipe) => stored.filter((e) => e.recipe === recipe),
    new Map([['list', files]]),
  );
  const lines = [...found].map(([recipe, status]): [string, string] => {
    if (status.state === 'done') return [recipe, `done ${status.execution.output}`];
    const { reason } = status;
    if (reason.kind === 'new') return [recipe, 'new'];
    if (reason.kind === 'input-to-do') return [recipe, `waits for ${reason.input}`];
    return [recipe, `${reason.role}: ${reason.before} -> ${reason.now}`];
  });
  return Object.fromEntries(lines);
}

const ALL_DONE = {
  list: 'done list-1',
  net: 'done net-1',
  first: 'done first-1',
  second: 'done second-1',
  table: 'done table-1',
};

describe('a task is', () => {
  test('new where nothing was made, and waits where its input is to do', () => {
    assert.deepEqual(statuses([]), {
      list: 'new',
      net: 'waits for list',
      first: 'waits for net',
      second: 'waits for net',
      table: 'waits for first',
    });
  });

  test('done where all that was made read what is there now', () => {
    assert.deepEqual(statuses(DONE), ALL_DONE);
  });

  test('done although its input was made anew, if with the same bits', () => {
    const remade = [...DONE, execution('net', { index: 'list-1' }, 'net-1')];
    assert.deepEqual(statuses(remade), ALL_DONE);
  });

  test('to do where its input was made anew with other bits; what follows waits', () => {
    const remade = [...DONE, execution('net', { index: 'list-1' }, 'net-2')];
    assert.deepEqual(statuses(remade), {
      ...ALL_DONE,
      net: 'done net-2',
      first: 'checkpoint: net-1 -> net-2',
      second: 'checkpoint: net-1 -> net-2',
      table: 'waits for first',
    });
  });

  test('done again where other bits of its input led to the same result as before', () => {
    const remade = [
      ...DONE,
      execution('net', { index: 'list-1' }, 'net-2'),
      execution('first', { checkpoint: 'net-2' }, 'first-1'),
      execution('second', { checkpoint: 'net-2' }, 'second-1'),
    ];
    assert.deepEqual(statuses(remade), { ...ALL_DONE, net: 'done net-2' });
  });

  test('to do where the images themselves are others than it listed', () => {
    assert.deepEqual(statuses(DONE, 'files-2'), {
      list: 'images: files-1 -> files-2',
      net: 'waits for list',
      first: 'waits for net',
      second: 'waits for net',
      table: 'waits for first',
    });
  });

  test('done by an older execution where that read what is there now', () => {
    const newer = [...DONE, execution('net', { index: 'list-0' }, 'net-0')];
    assert.deepEqual(statuses(newer), ALL_DONE);
  });

  test('to do, with the change in words, where it read an input that it has no more, or has one that it did not read', () => {
    const other = [DONE[0]!, execution('net', { old: 'x', index: 'list-1' }, 'net-1')];
    assert.equal(statuses(other)['net'], 'old: x -> none');
    assert.equal(statuses([DONE[0]!, execution('net', {}, 'net-1')])['net'], 'index: none -> list-1');
  });
});

test('what a task reads stands by role: one digest for one input, one over all for many, and the images', () => {
  const chosen = new Map(DONE.map((e) => [e.recipe, e]));
  assert.deepEqual(inputDigests(TASKS[4]!, chosen, undefined), {
    rows: digestValue(['first-1', 'second-1']),
  });
  assert.deepEqual(inputDigests(TASKS[1]!, chosen, 'files'), { index: 'list-1', [IMAGES_ROLE]: 'files' });
});
