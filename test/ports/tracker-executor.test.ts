/** What every {@link Tracker} and every {@link Executor} must do, on those of the product and of the tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LocalExecutor } from '../../src/executors/local-executor.js';
import type { Executor, TaskMessage } from '../../src/run/executor.js';
import { RunsDirectory } from '../../src/run/runs-directory.js';
import type { Tracker } from '../../src/run/tracker.js';
import { LocalStore } from '../../src/stores/local-store.js';
import { readSegment } from '../../src/trackers/journal-record.js';
import { JournalTracker } from '../../src/trackers/journal-tracker.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { noSavePlaces } from '../support/memory-store.js';
import { InlineExecutor } from '../support/inline-executor.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { RecordingTracker } from '../support/recording-tracker.js';
import { filesOn, runPlan } from '../support/run-rig.js';
import { Scratch } from '../support/scratch.js';
import { storedOf, TOYS } from '../support/tracked.js';
import { numberTask, planOf, TOY_STAGES, VALUE_FILE } from '../support/toy.js';

/** A tracker, and how many points it has. */
const TRACKERS: Readonly<Record<string, () => { tracker: Tracker; points: () => Promise<number> }>> = {
  'the journal': () => {
    const disk = new MemoryDisk();
    const tracker = new JournalTracker(disk, new RunsDirectory('/runs'));
    const points = async () => {
      const text = Buffer.from(await disk.readFile('/runs/toys/journal/000001.jsonl')).toString();
      return readSegment(text).filter(({ type }) => type === 'metric').length;
    };
    return { tracker, points };
  },
  'the recording tracker': () => {
    const tracker = new RecordingTracker();
    const points = () => Promise.resolve(tracker.lines.filter((line) => line.startsWith('metric')).length);
    return { tracker, points };
  },
};

for (const [name, create] of Object.entries(TRACKERS)) {
  test(`${name}: a point of a task counts once, however often the task is resumed`, async () => {
    const { tracker, points } = create();
    const [one, two] = [numberTask('one', 1), numberTask('two', 2)];
    await tracker.open(TOYS);
    tracker.link(two, storedOf(two));
    for (let n = 0; n < 2; n++) {
      if (n === 0) tracker.start(one);
      else tracker.resume(one);
      for (let step = 0; step < 5; step++) tracker.metric(one, 'loss', 1, step);
      await tracker.end(one, { end: 'interrupted' });
    }
    await tracker.close('finished');
    assert.equal(await points(), 5);
  });

  test(`${name}: a tracker that was opened can be closed at once`, async () => {
    const { tracker, points } = create();
    await tracker.open(TOYS);
    await tracker.close('finished');
    assert.equal(await points(), 0);
  });
}

const program = fileURLToPath(new URL('../support/toy-worker.js', import.meta.url));
const EXECUTORS: Readonly<Record<string, () => Executor>> = {
  'the local executor': () =>
    new LocalExecutor({ program, settings: { backend: 'cpu', threads: 1, libraryPath: [] }, slots: 1 }),
  'the inline executor': () => new InlineExecutor(TOY_STAGES, filesOn(new NodeDisk())),
};

for (const [name, create] of Object.entries(EXECUTORS)) {
  test(`${name}: a task writes into its folder, tells its numbers, fails by message and stops when asked`, async () => {
    await using scratch = await Scratch.make();
    const executor = create();
    const messages: TaskMessage[] = [];
    const controller = new AbortController();
    const execute = (extra: object) =>
      executor.execute(
        {
          task: numberTask('one', 7, extra),
          inputs: {},
          directory: scratch.folder,
          plugins: [],
          savePlaces: noSavePlaces(scratch.folder),
          memoryGiB: 1,
        },
        (message) => messages.push(message),
        controller.signal,
      );
    try {
      assert.equal((await execute({})).type, 'done');
      assert.equal(await scratch.read(VALUE_FILE), '7');
      assert.deepEqual(messages, [
        { type: 'metric', key: 'value', value: 7, step: 0 },
        { type: 'progress', done: 1, total: 2, unit: 'steps' },
      ]);
      assert.deepEqual(await execute({ act: 'fail' }), {
        type: 'failed',
        message: 'The number 7 is refused.',
      });
      const end = execute({ act: 'wait' });
      controller.abort();
      assert.deepEqual(await end, { type: 'interrupted' });
    } finally {
      await executor.close();
      await executor.close();
    }
  });

  test(`${name}: a plan of one failing and one good task leaves one artifact in the store`, async () => {
    await using scratch = await Scratch.make();
    const store = new LocalStore(scratch.path('store'), new NodeDisk());
    const plan = planOf(numberTask('bad', 1, { act: 'fail' }), numberTask('good', 2));
    const services = { store, executor: create(), tracker: new RecordingTracker() };
    const { lines } = await runPlan(plan, services);
    assert.deepEqual(lines, [
      ...['started bad: new', 'failed bad: The number 1 is refused.', 'started good: new', 'finished good'],
    ]);
  });
}
