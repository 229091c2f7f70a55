import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LocalExecutor } from '../../src/executors/local-executor.js';
import { workerEnvironment, type WorkerSettings } from '../../src/executors/worker-protocol.js';
import { probeWorker } from '../../src/executors/probe-worker.js';
import type { TaskMessage } from '../../src/run/executor.js';
import { LocalStore } from '../../src/stores/local-store.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { MemoryStore, noSavePlaces } from '../support/memory-store.js';
import { childrenOf } from '../support/processes.js';
import { RecordingTracker } from '../support/recording-tracker.js';
import { runPlan } from '../support/run-rig.js';
import { Scratch } from '../support/scratch.js';
import { numberTask, planOf, sumTask } from '../support/toy.js';
import { until } from '../support/until.js';

const program = fileURLToPath(new URL('../support/toy-worker.js', import.meta.url));
const settings: WorkerSettings = { backend: 'cpu', threads: 1, libraryPath: [] };
const never = new AbortController().signal;

function executor(slots = 1): LocalExecutor {
  return new LocalExecutor({ program, settings, slots });
}

async function withRun(
  body: (scratch: Scratch, local: LocalExecutor) => Promise<void>,
  slots = 1,
): Promise<void> {
  await using scratch = await Scratch.make();
  const local = executor(slots);
  try {
    await body(scratch, local);
  } finally {
    await local.close();
    assert.deepEqual(workers(), []);
  }
}

function workers(): number[] {
  return childrenOf(process.pid);
}

function order(directory: string, stage: string, extra: object = {}) {
  const savePlaces = noSavePlaces(directory);
  return { task: numberTask(stage, 1, extra), inputs: {}, directory, plugins: [], savePlaces, memoryGiB: 1 };
}

test('a plan runs in worker processes, two at a time, and the artifacts are in the store', async () => {
  await withRun(async (scratch, local) => {
    const [one, two] = [numberTask('one', 1), numberTask('two', 2)];
    const plan = planOf(one, two, sumTask('three', one, two));
    const store = new LocalStore(scratch.path('store'), new NodeDisk());
    const { outcome } = await runPlan(plan, { store, executor: local, tracker: new RecordingTracker() });
    assert.equal(outcome.done.size, 3);
  }, 2);
});

test('a worker is kept for the next task', async () => {
  await withRun(async (scratch, local) => {
    const seen = new Set<number>();
    for (let n = 0; n < 3; n++) {
      const end = await local.execute(order(scratch.folder, 'one'), () => undefined, never);
      assert.equal(end.type, 'done');
      for (const pid of workers()) seen.add(pid);
    }
    assert.equal(seen.size, 1);
  });
});

test('a worker that is killed is named by its signal, and its last words are heard before', async () => {
  await withRun(async (scratch, local) => {
    const heard: string[] = [];
    const listener = (message: TaskMessage) => {
      heard.push(message.type === 'log' ? message.text : message.type);
    };
    const end = await local.execute(order(scratch.folder, 'one', { trouble: 'kill' }), listener, never);
    assert.deepEqual(end, { type: 'crashed', cause: 'SIGKILL' });
    assert.deepEqual(heard, ['last words\n']);
    assert.equal((await local.execute(order(scratch.folder, 'two'), () => undefined, never)).type, 'done');
  });
});

test('a worker that leaves by itself is named by its exit status', async () => {
  await withRun(async (scratch, local) => {
    const end = await local.execute(
      order(scratch.folder, 'one', { trouble: 'exit' }),
      () => undefined,
      never,
    );
    assert.deepEqual(end, { type: 'crashed', cause: 'exit status 3' });
  });
});

test('a task whose worker dies once is repeated in a new one and done', async () => {
  await withRun(async (scratch, local) => {
    const flag = scratch.path('died');
    const store = new LocalStore(scratch.path('store'), new NodeDisk());
    const plan = planOf(numberTask('one', 1, { trouble: 'kill', flag }));
    const services = { store, executor: local, tracker: new RecordingTracker() };
    const { lines } = await runPlan(plan, services);
    assert.ok(existsSync(flag));
    assert.deepEqual(lines, [
      ...['started one: new', 'log one: last words'],
      ...['repeated one: SIGKILL', 'finished one'],
    ]);
  });
});

test('a worker that died between two tasks costs the second one nothing', async () => {
  await withRun(async (scratch, local) => {
    await local.execute(order(scratch.folder, 'one', { trouble: 'leave' }), () => undefined, never);
    await until(() => workers().length === 0);
    const end = await local.execute(order(scratch.folder, 'two'), () => undefined, never);
    assert.equal(end.type, 'done');
  });
});

test('an abort stops the task and leaves the worker for others', async () => {
  await withRun(async (scratch, local) => {
    const controller = new AbortController();
    const listener = (message: TaskMessage) => {
      if (message.type === 'progress') controller.abort();
    };
    const end = await local.execute(
      order(scratch.folder, 'one', { act: 'wait' }),
      listener,
      controller.signal,
    );
    assert.deepEqual(end, { type: 'interrupted' });
    const early = await local.execute(
      order(scratch.folder, 'one', { act: 'wait' }),
      listener,
      controller.signal,
    );
    assert.deepEqual(early, { type: 'interrupted' });
    assert.equal((await local.execute(order(scratch.folder, 'two'), () => undefined, never)).type, 'done');
  });
});

test('closing ends the workers, twice if need be, and an executor can be used again', async () => {
  await withRun(async (scratch, local) => {
    await local.execute(order(scratch.folder, 'one'), () => undefined, never);
    await local.close();
    await local.close();
    assert.equal((await local.execute(order(scratch.folder, 'two'), () => undefined, never)).type, 'done');
  });
});

test('a program that cannot be started fails the task and not the run', async () => {
  const local = new LocalExecutor({ program: join('/', 'no', 'worker.js'), settings, slots: 1 });
  const store = new MemoryStore();
  const services = { store, executor: local, tracker: new RecordingTracker() };
  const { outcome } = await runPlan(planOf(numberTask('one', 1)), services);
  assert.equal(outcome.failed.length, 1);
  assert.match(JSON.stringify(await probeWorker({ program: '/no/worker.js', settings })), /exit status 1/);
});

test('a worker starts with its threads, its folders for the loader and a quiet TensorFlow', () => {
  const before = process.env['LD_LIBRARY_PATH'];
  try {
    process.env['LD_LIBRARY_PATH'] = '/mine';
    const environment = workerEnvironment({ ...settings, threads: 3, libraryPath: ['/cuda', '/cudnn'] });
    assert.equal(environment['LD_LIBRARY_PATH'], '/cuda:/cudnn:/mine');
    assert.equal(environment['TF_NUM_INTRAOP_THREADS'], '3');
    delete process.env['LD_LIBRARY_PATH'];
    assert.equal('LD_LIBRARY_PATH' in workerEnvironment(settings), false);
  } finally {
    if (before !== undefined) process.env['LD_LIBRARY_PATH'] = before;
  }
});
