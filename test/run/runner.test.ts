import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskEnd } from '../../src/run/executor.js';
import { killedAdvice } from '../../src/run/out-of-memory.js';
import { InlineExecutor, type InlineOptions } from '../support/inline-executor.js';
import { MemoryStore } from '../support/memory-store.js';
import { RecordingTracker } from '../support/recording-tracker.js';
import { runPlan } from '../support/run-rig.js';
import { numberTask, planOf, sumTask, TOY_STAGES, VALUE_FILE } from '../support/toy.js';

const one = numberTask('one', 1);
const two = numberTask('two', 2);
const three = sumTask('three', one, two);
const six = sumTask('six', three, three);
const PLAN = planOf(one, two, three, six);

function rig(options: InlineOptions = {}, store = new MemoryStore()) {
  const executor = new InlineExecutor(TOY_STAGES, store.files, options);
  return { store, executor, tracker: new RecordingTracker() };
}

/** Ends the named tasks so, again and again; all others run. */
function ending(ends: Readonly<Record<string, TaskEnd>>): InlineOptions {
  return { script: ({ task }) => Promise.resolve(ends[task.stage]) };
}

test('tasks run in the order of the plan and read what was made for them', async () => {
  const services = rig();
  const { outcome, lines } = await runPlan(PLAN, services);
  assert.deepEqual(lines, [
    ...['started one: new', 'finished one', 'started two: new', 'finished two'],
    ...['started three: new', 'finished three', 'started six: new', 'finished six'],
  ]);
  const bytes = await services.store.read(outcome.done.get(six.recipe)!, VALUE_FILE);
  assert.equal(Buffer.from(bytes).toString(), '6');
  assert.equal(outcome.interrupted, false);
  assert.ok(services.executor.closed);
});

test('what is done is linked and not run again', async () => {
  const { store } = rig();
  await runPlan(PLAN, rig({}, store));
  const services = rig({}, store);
  const { lines } = await runPlan(PLAN, services);
  assert.deepEqual(lines, ['cached one', 'cached two', 'cached three', 'cached six']);
  assert.deepEqual(services.executor.ran, []);
  assert.deepEqual(services.tracker.lines, [
    ...['open toys', 'link one', 'link two', 'link three', 'link six', 'close'],
  ]);
});

test('a failure blocks only what depends on it, and the next run repeats only what failed', async () => {
  const plan = planOf(...PLAN.tasks, numberTask('four', 4));
  const services = rig(ending({ two: { type: 'failed', message: 'No.' } }));
  const { outcome, lines } = await runPlan(plan, services);
  assert.deepEqual(lines, [
    ...['started one: new', 'finished one', 'started two: new', 'failed two: No.'],
    ...['blocked three by two', 'blocked six by three', 'started four: new', 'finished four'],
  ]);
  assert.deepEqual(
    outcome.blocked.map(({ stage }) => stage),
    ['three', 'six'],
  );
  assert.equal(outcome.interrupted, false);
  const again = rig({}, services.store);
  await runPlan(plan, again);
  assert.deepEqual(again.executor.ran, ['two', 'three', 'six']);
});

test('a task whose worker died is repeated once, and then fails with the name of the signal', async () => {
  const services = rig(ending({ one: { type: 'crashed', cause: 'SIGKILL' } }));
  const { lines } = await runPlan(planOf(one), services);
  assert.deepEqual(lines, [
    'started one: new',
    'repeated one: SIGKILL',
    `failed one: The worker died twice (SIGKILL).${killedAdvice('SIGKILL')}`,
  ]);
  assert.deepEqual(services.executor.ran, ['one', 'one']);
  assert.equal(services.store.openAttempts, 0);
});

test('a task that succeeds after its worker died once is done', async () => {
  let deaths = 0;
  const script = () => {
    deaths += 1;
    return Promise.resolve<TaskEnd | undefined>(
      deaths === 1 ? { type: 'crashed', cause: 'SIGSEGV' } : undefined,
    );
  };
  const services = rig({ script });
  const { outcome } = await runPlan(planOf(one), services);
  assert.equal(outcome.done.size, 1);
  assert.deepEqual(services.tracker.lines.slice(1, -1), [
    ...['start one', 'end one failed'],
    ...['start one', 'metric one value=1 at 0', 'end one finished'],
  ]);
});

test('an interrupt lets the running task stop, starts no other and ends as interrupted', async () => {
  const controller = new AbortController();
  const waiting = numberTask('waiting', 1, { act: 'wait' });
  const services = rig();
  const { outcome, lines } = await runPlan(planOf(waiting, two), services, {
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === 'task-progress') controller.abort();
    },
  });
  assert.deepEqual(lines, ['started waiting: new', 'interrupted waiting']);
  assert.equal(outcome.interrupted, true);
  assert.deepEqual(services.executor.ran, ['waiting']);
  assert.equal(services.tracker.lines.at(-2), 'end waiting interrupted');
  assert.equal(services.store.openAttempts, 0);
});

test('an interrupt between two tasks starts no other', async () => {
  const controller = new AbortController();
  const services = rig();
  const { outcome, lines } = await runPlan(PLAN, services, {
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === 'task-finished') controller.abort();
    },
  });
  assert.deepEqual(lines, ['started one: new', 'finished one']);
  assert.equal(outcome.interrupted, true);
  assert.equal(outcome.done.size, 1);
});

test('an interrupt after the last task changes nothing', async () => {
  const controller = new AbortController();
  const { outcome } = await runPlan(planOf(one), rig(), {
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === 'task-finished') controller.abort();
    },
  });
  assert.equal(outcome.interrupted, false);
});

test('a worker that dies while the run is being interrupted is no failure', async () => {
  const controller = new AbortController();
  const script = () => {
    controller.abort();
    return Promise.resolve<TaskEnd>({ type: 'crashed', cause: 'SIGTERM' });
  };
  const { lines } = await runPlan(planOf(one), rig({ script }), { signal: controller.signal });
  assert.deepEqual(lines, ['started one: new', 'interrupted one']);
});

test('a task that stops unasked fails instead of being waited for', async () => {
  const { outcome } = await runPlan(PLAN, rig(ending({ one: { type: 'interrupted' } })));
  assert.deepEqual(
    outcome.failed.map(({ stage }) => stage),
    ['one'],
  );
  assert.equal(outcome.blocked.length, 2);
});

test('tasks that need nothing of each other fill the slots', async () => {
  let most = 0;
  let open: (value: undefined) => void = () => undefined;
  const barrier = new Promise<undefined>((resolve) => (open = resolve));
  const services = rig({
    slots: 2,
    script: () => {
      most = Math.max(most, services.executor.running);
      if (services.executor.running === 2) open(undefined);
      return barrier;
    },
  });
  const others = [numberTask('three', 3), numberTask('four', 4)];
  const { outcome } = await runPlan(planOf(one, two, ...others), services);
  assert.equal(most, 2);
  assert.equal(outcome.done.size, 4);
});

test('a damaged input is named and set aside, and the next run makes it again', async () => {
  const { store } = rig();
  const { outcome } = await runPlan(planOf(one), rig({}, store));
  store.damage(outcome.done.get(one.recipe)!, VALUE_FILE);
  const both = planOf(one, two, sumTask('a', one, two), sumTask('b', one, one));
  const { outcome: second, lines } = await runPlan(both, rig({}, store));
  assert.deepEqual(lines.slice(3), [
    ...['started a: new', 'failed a: value.json is not what was stored. Run again: it is made anew.'],
    'artifact-damaged a: A file of the number artifact <recipe> is not what was stored.',
    'blocked b by one',
  ]);
  assert.equal(second.done.has(one.recipe), false);
  const third = await runPlan(both, rig({}, store));
  assert.equal(third.outcome.done.size, 4);
});

test('two tasks that meet the same damage at once set it aside once', async () => {
  const { store } = rig();
  const { outcome } = await runPlan(planOf(one), rig({}, store));
  store.damage(outcome.done.get(one.recipe)!, VALUE_FILE);
  const plan = planOf(one, sumTask('a', one, one), sumTask('b', one, one, one));
  const { outcome: second, lines } = await runPlan(plan, rig({ slots: 2 }, store));
  assert.equal(lines.filter((line) => line.startsWith('artifact-damaged')).length, 1);
  assert.equal(second.failed.length, 3);
});

test('a task that another run has taken is waited for, and looked at again until that one has done it', async () => {
  const services = rig(ending({}));
  const other = await services.store.lease(one);
  assert.ok('release' in other);
  const { lines } = await runPlan(planOf(one, two), services, {
    onEvent: ({ type }) => {
      if (type === 'task-waiting') void other.release();
    },
  });
  assert.deepEqual(lines[0], 'waiting one: another run');
  assert.deepEqual(lines.filter((line) => line.startsWith('waiting')).length, 1);
  assert.deepEqual(
    [...lines].sort().filter((line) => line.startsWith('finished')),
    ['finished one', 'finished two'],
  );
});

test('a run that is interrupted waits for no other', async () => {
  const services = rig(ending({}));
  await services.store.lease(one);
  const interrupt = new AbortController();
  const { outcome } = await runPlan(planOf(one), services, {
    signal: interrupt.signal,
    onEvent: ({ type }) => {
      if (type === 'task-waiting') interrupt.abort();
    },
  });
  assert.ok(outcome.interrupted);
  assert.equal(outcome.done.size, 0);
});

test('a worker that dies again and again is tried on as long as the task gets further each time', async () => {
  const services = rig(ending({ one: { type: 'crashed', cause: 'SIGKILL' } }));
  const places = [undefined, 10, 20, 20];
  services.store.savedPlace = () => {
    const place = places.shift();
    return Promise.resolve(place === undefined ? undefined : { place, seconds: 1, threads: undefined });
  };
  const { lines } = await runPlan(planOf(one), services);
  assert.deepEqual(lines.filter((line) => line.startsWith('repeated')).length, 3);
  assert.match(lines.at(-1)!, /^failed one: The worker died twice/);
});
