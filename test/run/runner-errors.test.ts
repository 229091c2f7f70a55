/** What goes wrong with us, not with a task: the run ends with the first error, and leaves nothing running. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import type { Task } from '../../src/plan/plan.js';
import type { Attempt } from '../../src/run/artifact-store.js';
import type { TrackedExperiment } from '../../src/run/tracker.js';
import { InlineExecutor } from '../support/inline-executor.js';
import { diskError } from '../support/memory-disk.js';
import { MemoryStore } from '../support/memory-store.js';
import { RecordingTracker } from '../support/recording-tracker.js';
import { runPlan } from '../support/run-rig.js';
import { numberTask, planOf, sumTask, TOY_STAGES } from '../support/toy.js';

const one = numberTask('one', 1);
const waiting = numberTask('waiting', 2, { act: 'wait' });
const last = sumTask('last', one, waiting);
const PLAN = planOf(one, waiting, last);

type Method = 'begin' | 'publish' | 'executions' | 'discard';

/** Fails for one task, in one method. */
class FailingStore extends MemoryStore {
  readonly #method: Method;
  readonly #stage: string;

  constructor(method: Method, stage: string) {
    super();
    this.#method = method;
    this.#stage = stage;
  }

  override async begin(task: Task): Promise<Attempt> {
    this.#fail('begin', task.stage);
    return super.begin(task);
  }

  override async publish(...[attempt, publication]: Parameters<MemoryStore['publish']>): Promise<Execution> {
    this.#fail('publish', attempt.task.stage);
    return super.publish(attempt, publication);
  }

  override async discard(attempt: Attempt): Promise<void> {
    this.#fail('discard', attempt.task.stage);
    return super.discard(attempt);
  }

  override async executions(kind: string, recipe: string): Promise<readonly Execution[]> {
    // The survey asks only for recipes that there are executions of, so this is the runner.
    if (recipe === waiting.recipe) this.#fail('executions', 'waiting');
    return super.executions(kind, recipe);
  }

  #fail(method: Method, stage: string): void {
    if (method === this.#method && stage === this.#stage) throw diskError('ENOSPC', method, '/full');
  }
}

for (const slots of [1, 2]) {
  for (const [method, stage] of [
    ['begin', 'one'],
    ['publish', 'one'],
    ['executions', 'waiting'],
  ] as const) {
    test(`a store that fails in ${method} stops a run of ${slots} slots with its error and nothing running`, async () => {
      const store = new FailingStore(method, stage);
      const executor = new InlineExecutor(TOY_STAGES, store.files, { slots });
      const tracker = new RecordingTracker();
      const run = runPlan(PLAN, { store, executor, tracker });
      await assert.rejects(run, { message: /^ENOSPC/ });
      assert.equal(executor.running, 0);
      assert.ok(executor.closed);
      assert.equal(tracker.lines.at(-1), 'close');
      assert.equal(store.openAttempts, 0);
      assert.deepEqual(await store.executions('sum', last.recipe), []);
    });
  }
}

test('a store that cannot discard says so once the other tasks have stopped', async () => {
  const store = new FailingStore('discard', 'bad');
  const executor = new InlineExecutor(TOY_STAGES, store.files, { slots: 2 });
  const plan = planOf(waiting, numberTask('bad', 3, { act: 'fail' }));
  const run = runPlan(plan, { store, executor, tracker: new RecordingTracker() });
  await assert.rejects(run, { message: /^ENOSPC/ });
  assert.equal(executor.running, 0);
});

class FailingTracker extends RecordingTracker {
  readonly #method: 'open' | 'end' | 'close';

  constructor(method: 'open' | 'end' | 'close') {
    super();
    this.#method = method;
  }

  override async open(experiment: TrackedExperiment): Promise<void> {
    await super.open(experiment);
    this.#fail('open');
  }

  override async end(...[task, end]: Parameters<RecordingTracker['end']>): Promise<void> {
    await super.end(task, end);
    this.#fail('end');
  }

  override async close(): Promise<undefined> {
    await super.close();
    this.#fail('close');
    return undefined;
  }

  #fail(method: string): void {
    if (method === this.#method) throw diskError('EIO', method, '/journal');
  }
}

for (const method of ['open', 'end', 'close'] as const) {
  test(`a tracker that fails in ${method} ends the run with its error, and what was made is kept`, async () => {
    const store = new MemoryStore();
    const executor = new InlineExecutor(TOY_STAGES, store.files, { slots: 2 });
    const plan = method === 'close' ? planOf(one) : PLAN;
    await assert.rejects(runPlan(plan, { store, executor, tracker: new FailingTracker(method) }), {
      message: /^EIO/,
    });
    assert.equal(executor.running, 0);
    assert.equal(store.openAttempts, 0);
    assert.equal((await store.executions('number', one.recipe)).length, method === 'open' ? 0 : 1);
  });
}

test('an executor that throws ends the run with its error and the tracker is closed', async () => {
  const store = new MemoryStore();
  const tracker = new RecordingTracker();
  const script = () => Promise.reject(new Error('Internal error: no slot'));
  const executor = new InlineExecutor(TOY_STAGES, store.files, { script });
  await assert.rejects(runPlan(PLAN, { store, executor, tracker }), { message: 'Internal error: no slot' });
  assert.equal(tracker.lines.at(-1), 'close');
  assert.equal(store.openAttempts, 0);
});
