import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import type { Plan, Task } from '../../src/plan/plan.js';
import { describeReason } from '../../src/cli/describe-reason.js';
import { environmentChanges } from '../../src/plan/environment.js';
import {
  type Evidence,
  IMAGES_ROLE,
  inputDigests,
  type InputDigests,
  statusOf,
} from '../../src/plan/status.js';
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
    ...{ dataset: null, cost: {}, notYet: null },
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
const PLAN: Plan = { format: 2, experiments: [], tasks: TASKS };

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

/** Nothing is known but the images of the list. */
const EVIDENCE: Evidence = {
  fingerprint: ({ recipe }) => (recipe === 'list' ? { digest: 'files-1' } : undefined),
  failure: () => undefined,
  earlier: () => undefined,
  refusal: () => undefined,
};

/** One line a task: `done OUTPUT` or the reason. */
function statuses(
  stored: readonly Execution[],
  more: Partial<Evidence> = {},
  plan: Plan = PLAN,
): Record<string, string> {
  const evidence = { ...EVIDENCE, ...more };
  const found = statusOf(plan, (recipe) => stored.filter((e) => e.recipe === recipe), evidence);
  const lines = [...found].map(([recipe, status]): [string, string] => {
    if (status.state === 'done') return [recipe, `done ${status.execution.output}`];
    return [recipe, describeReason(status.reason)];
  });
  return Object.fromEntries(lines);
}

function listed(digest: string): Evidence['fingerprint'] {
  return ({ recipe }) => (recipe === 'list' ? { digest } : undefined);
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
      net: 'needs list, which is to do',
      first: 'needs net, which is to do',
      second: 'needs net, which is to do',
      table: 'needs first, which is to do',
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
      first: 'checkpoint changed from net-1 to net-2',
      second: 'checkpoint changed from net-1 to net-2',
      table: 'needs first, which is to do',
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
    assert.deepEqual(statuses(DONE, { fingerprint: listed('files-2') }), {
      list: 'images changed from files-1 to files-2',
      net: 'needs list, which is to do',
      first: 'needs net, which is to do',
      second: 'needs net, which is to do',
      table: 'needs first, which is to do',
    });
  });

  test('done by an older execution where that read what is there now', () => {
    const newer = [...DONE, execution('net', { index: 'list-0' }, 'net-0')];
    assert.deepEqual(statuses(newer), ALL_DONE);
  });

  test('to do, with the change in words, where it read an input that it has no more, or has one that it did not read', () => {
    const other = [DONE[0]!, execution('net', { old: 'x', index: 'list-1' }, 'net-1')];
    assert.equal(statuses(other)['net'], 'old changed from x to none');
    assert.equal(
      statuses([DONE[0]!, execution('net', {}, 'net-1')])['net'],
      'index changed from none to list-1',
    );
  });
});

describe('the reason names', () => {
  const [, net] = TASKS as [Task, Task];
  const only = (now: Task): Plan => ({ ...PLAN, tasks: [TASKS[0]!, now] });
  const listDone = [DONE[0]!];

  test('the failure of the last try, also while an input waits', () => {
    const failure = (recipe: string) =>
      recipe === 'net' ? { message: 'The loss is NaN.\nat step 3', at: '2026-01-02T03:04:05Z' } : undefined;
    assert.equal(statuses(listDone, { failure })['net'], 'failed on 2026-01-02 03:04: The loss is NaN.');
    assert.equal(statuses([], { failure })['net'], 'failed on 2026-01-02 03:04: The loss is NaN.');
  });

  test('each parameter that changed since the last run, with both values', () => {
    const now = { ...net, recipe: 'net-b', parameters: { rate: 0.02, seed: 1, batch: 8 } };
    const earlier = () => ({ ...net, parameters: { rate: 0.01, seed: 1, width: 2 } });
    assert.equal(
      statuses(listDone, { earlier }, only(now))['net-b'],
      'rate changed from 0.01 to 0.02; width changed from 2 to nothing; batch changed from nothing to 8',
    );
  });

  test('the version of the kind that changed', () => {
    const now = { ...net, recipe: 'net-b', version: '2' };
    const found = statuses(listDone, { earlier: () => net }, only(now));
    assert.equal(found['net-b'], 'its kind has version 2 now, 1 before');
  });

  test('that what was done when the experiment was last run is not there any more', () => {
    const earlier = (task: Task) => (task.recipe === 'net' ? task : undefined);
    const gone = 'made before, and not in the store any more (gc removes, fsck sets aside)';
    assert.equal(statuses(listDone, { earlier })['net'], gone);
    assert.equal(statuses([], { earlier })['net'], 'needs list, which is to do');
  });

  test('the input that is another task than before', () => {
    const now = { ...net, recipe: 'net-b' };
    const earlier = () => ({ ...net, inputs: { index: 'other' } });
    assert.equal(statuses(listDone, { earlier }, only(now))['net-b'], 'index changed from other to list');
  });

  test('images that are not here, of a list that was never made', () => {
    const fingerprint: Evidence['fingerprint'] = ({ recipe }) =>
      recipe === 'list' ? { missing: 'There is no folder /images.' } : undefined;
    assert.equal(
      statuses([], { fingerprint })['list'],
      'its images are not here: There is no folder /images.',
    );
    assert.deepEqual(statuses(DONE, { fingerprint }), ALL_DONE);
  });

  test('code of another version, where results of that do not count', () => {
    const refusal = () => ({ kind: 'other-code' }) as const;
    assert.equal(statuses(DONE, { refusal })['list'], 'made by another version of Stagecraft');
  });
});

describe('of two machines', () => {
  const engine = { backend: 'tensorflow', library: 'TensorFlow 2.21.0', device: 'cpu', threads: 2 };
  const here = { engine, imageLibrary: 'libvips 8', node: '20', platform: 'linux-x64', code: 'c' };
  const there = { ...here, engine: { ...engine, device: 'gpu', threads: 8 }, node: '22', code: 'd' };
  const made = DONE.map((one) => ({
    ...one,
    host: one.recipe === 'net' ? 'there' : 'here',
    environment: one.recipe === 'net' ? there : here,
  }));

  test('a net that was trained there counts by default', () => {
    assert.deepEqual(statuses(made), ALL_DONE);
  });

  test('a net that was trained there does not count in the same environment, and what differs is named', () => {
    const refusal: Evidence['refusal'] = (_, { environment, host }) => {
      const differences = environmentChanges(environment, here);
      return differences.length > 0 ? { kind: 'other-environment', differences, host } : undefined;
    };
    const found = statuses(made, { refusal });
    assert.equal(
      found['net'],
      'made on there in another environment: device changed from gpu to cpu; threads changed from 8 to 2',
    );
    assert.equal(found['list'], 'done list-1');
    assert.equal(found['first'], 'needs net, which is to do');
  });

  test("what a task does not use, Node's version and our code are no other environment", () => {
    const { engine: _, imageLibrary: __, ...plain } = there;
    assert.deepEqual(environmentChanges(plain, here), []);
    assert.deepEqual(environmentChanges({ ...here, node: '26', code: 'e' }, here), []);
  });
});

test('what a task reads stands by role: one digest for one input, one over all for many, and the images', () => {
  const chosen = new Map(DONE.map((e) => [e.recipe, e]));
  assert.deepEqual(inputDigests(TASKS[4]!, chosen, undefined), {
    rows: digestValue(['first-1', 'second-1']),
  });
  assert.deepEqual(inputDigests(TASKS[1]!, chosen, 'files'), { index: 'list-1', [IMAGES_ROLE]: 'files' });
});
