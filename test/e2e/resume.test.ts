/** A training that is killed anywhere goes on to the same bits, through the real command line and the real worker. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Command, type Finished } from '../support/command.js';
import { availableBackends } from '../support/engines.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { savedAt, savePointsIn } from '../support/save-points.js';
import { artifactsIn } from '../support/store-contents.js';

const LIMIT = { timeout: 120_000 };

const SETTINGS = [
  ...['vars.epochs=20', 'checkpoint.everySteps=5', 'stages.a.watch=held-out', 'stages.a.heldOut=0.2'],
  'stages.a.schedule={kind: plateau, patience: 2, factor: 0.5}',
].flatMap((setting) => ['--set', setting]);

function run(scratch: Scratch, store: string, backend: string, ...more: readonly string[]): Command {
  const options = ['--store', store, '--backend', backend, ...SETTINGS];
  return new Command(['run', FOLDER_SPEC, ...options, ...more], scratch.folder, {
    TF_NUM_INTRAOP_THREADS: '1',
  });
}

async function finished(command: Command): Promise<Finished> {
  using ended = command;
  return await ended.finished;
}

function filesOf(scratch: Scratch, store: string): Promise<ReadonlyMap<string, Buffer>> {
  return artifactsIn(scratch.path(store));
}

/** What a training that nobody disturbs makes, by backend; the same in each of these tests. */
const alone = new Map<string, Promise<ReadonlyMap<string, Buffer>>>();

function leftAlone(on: string): Promise<ReadonlyMap<string, Buffer>> {
  const made =
    alone.get(on) ??
    (async () => {
      await using scratch = await Scratch.make();
      await makeFolderExperiment(scratch);
      const { status, stderr } = await finished(run(scratch, 'alone', on));
      assert.equal(status, 0, stderr);
      return await filesOf(scratch, 'alone');
    })();
  alone.set(on, made);
  return made;
}

/** The first that a run here would take; the judge `kills` tries more places. */
const [backend = 'wasm'] = availableBackends().filter((name) => name !== 'cpu');

test(
  'killed three times, then interrupted, a training ends in the bits of one that was left alone',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    for (const [place, signal] of [
      [5, 'SIGKILL'],
      [15, 'SIGKILL'],
      [20, 'SIGKILL'],
      [30, 'SIGINT'],
    ] as const) {
      using command = run(scratch, 'killed', backend);
      await savedAt(scratch.path('killed'), place);
      command.signalGroup(signal);
      await command.finished;
    }
    assert.equal((await savePointsIn(scratch.path('killed'))).length, 2, 'no more are kept than asked for');
    const last = await finished(run(scratch, 'killed', backend));
    assert.equal(last.status, 0, last.stderr);
    assert.match(last.stdout, /^goes on +train a .*: from (3\d|4\d)$/m);
    assert.deepEqual(await filesOf(scratch, 'killed'), await leftAlone(backend));
    assert.deepEqual(await savePointsIn(scratch.path('killed')), [], 'what is finished needs none');
  },
);

test(
  'a damaged save point gives way to the one before, and none at all to the beginning',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    for (const damaged of [1, 2]) {
      const store = `damaged-${damaged}`;
      {
        using command = run(scratch, store, 'wasm');
        await savedAt(scratch.path(store), 15);
        command.signalGroup('SIGKILL');
        await command.finished;
      }
      const points = await savePointsIn(scratch.path(store));
      for (const point of points.slice(-damaged)) {
        const file = scratch.path(store, 'store/unfinished', point, 'arrays.safetensors');
        const bytes = await readFile(file);
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(file, bytes);
      }
      assert.equal((await finished(run(scratch, store, 'wasm'))).status, 0);
      assert.deepEqual(await filesOf(scratch, store), await leftAlone('wasm'));
    }
  },
);

const both = { ...LIMIT, skip: !availableBackends().includes('tensorflow') };

test('what was begun elsewhere is not gone on with unasked, and with --accept it is', both, async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  {
    using command = run(scratch, 'runs', 'wasm');
    await savedAt(scratch.path('runs'), 5);
    command.signalGroup('SIGKILL');
    await command.finished;
  }
  const refused = await finished(run(scratch, 'runs', 'tensorflow'));
  assert.equal(refused.status, 1);
  assert.match(
    refused.stdout,
    /begun in another environment and got to \d+ \(backend wasm then, tensorflow here/,
  );
  const accepted = await finished(run(scratch, 'runs', 'tensorflow', '--accept'));
  assert.equal(accepted.status, 0, accepted.stderr);
});

test('a training goes on with as many threads as it was begun with', both, async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  {
    using command = run(scratch, 'more', 'tensorflow');
    await savedAt(scratch.path('more'), 10);
    command.signalGroup('SIGKILL');
    await command.finished;
  }
  const options = ['run', FOLDER_SPEC, '--store', 'more', '--backend', 'tensorflow', ...SETTINGS];
  using command = new Command(options, scratch.folder, { TF_NUM_INTRAOP_THREADS: '2' });
  assert.equal((await command.finished).status, 0);
  const trained = (files: ReadonlyMap<string, Buffer>) =>
    [...files].filter(([path]) => path.startsWith('train/'));
  assert.deepEqual(trained(await filesOf(scratch, 'more')), trained(await leftAlone('tensorflow')));
});
