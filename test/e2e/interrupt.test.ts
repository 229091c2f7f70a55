/** Ctrl-C, kill -9 and dying workers, through the real command line and the real worker. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { Command, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { childrenOf, hasEnded, isRunning } from '../support/processes.js';
import { Scratch } from '../support/scratch.js';
import { until } from '../support/until.js';

/** For the case that something is waited for that never comes. */
const LIMIT = { timeout: 60_000 };
const SHORT = ['run', FOLDER_SPEC, '--store', 'runs'];
const LONG = [...SHORT, '--set', 'vars.epochs=5000'];

interface Training extends Disposable {
  readonly command: Command;
  readonly worker: number;
}

/** Starts a training that takes minutes, and returns in the middle of it. */
async function training(scratch: Scratch): Promise<Training> {
  await makeFolderExperiment(scratch);
  const command = new Command([...LONG, '--backend', 'wasm'], scratch.folder);
  await command.says(/start +train/);
  await points(scratch, 1);
  const [worker] = childrenOf(command.pid);
  return {
    command,
    worker: worker!,
    [Symbol.dispose]: () => {
      command[Symbol.dispose]();
    },
  };
}

/** Returns once the journal holds so many points of the loss: there is one every ten steps. */
async function points(scratch: Scratch, count: number, segment = '000001'): Promise<void> {
  await until(async () => {
    const journal = await scratch.read(`runs/tiny/journal/${segment}.jsonl`);
    return journal.split('"train_loss"').length > count;
  });
}

async function kindsIn(scratch: Scratch): Promise<string[]> {
  return (await readdir(scratch.path('runs/store'))).filter(
    (name) => !['work', 'unfinished', 'leases'].includes(name),
  );
}

async function attempts(scratch: Scratch): Promise<number> {
  const recipes = await readdir(scratch.path('runs/store/work'));
  const owners = await Promise.all(recipes.map((recipe) => readdir(scratch.path('runs/store/work', recipe))));
  return owners.flat().length;
}

test(
  'Ctrl-C in the middle of training ends with 130, no worker, no half an artifact, and the next run goes on',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    using running = await training(scratch);
    const { command, worker } = running;
    command.signalGroup('SIGINT');
    const { status, stdout, stderr } = await command.finished;
    assert.equal(status, 130, stderr);
    assert.match(stdout, /Stopping after the current step; press Ctrl-C again to leave at once\./);
    assert.match(stdout, /interrupted +train a/);
    assert.match(stderr, /Interrupted\. Run again to go on: what is finished is kept\./);
    assert.equal(isRunning(worker), false);
    assert.deepEqual(await kindsIn(scratch), ['augment', 'index']);
    assert.equal(await attempts(scratch), 0);
    const next = await stagecraft(scratch.folder, ...SHORT);
    assert.equal(next.status, 0, next.stderr);
    assert.match(next.stdout, /done before +augment/);
  },
);

test('a second Ctrl-C leaves at once, and the worker goes too', LIMIT, async () => {
  await using scratch = await Scratch.make();
  using running = await training(scratch);
  const { command, worker } = running;
  process.kill(worker, 'SIGSTOP');
  command.signalGroup('SIGINT');
  await command.says(/Stopping after/);
  command.signalGroup('SIGINT');
  const { status } = await command.finished;
  process.kill(worker, 'SIGCONT');
  assert.equal(status, 130);
  await hasEnded(worker);
});

test('a SIGINT to the worker alone changes nothing', LIMIT, async () => {
  await using scratch = await Scratch.make();
  using running = await training(scratch);
  const { command, worker } = running;
  process.kill(worker, 'SIGINT');
  await points(scratch, 4);
  assert.ok(isRunning(worker));
  command.signal('SIGTERM');
  assert.equal((await command.finished).status, 130);
});

test(
  'when the parent is killed no worker survives, and the next run removes what it left',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    using running = await training(scratch);
    const { command, worker } = running;
    command.signal('SIGKILL');
    assert.equal((await command.finished).signal, 'SIGKILL');
    await hasEnded(worker);
    assert.equal(await attempts(scratch), 1);
    assert.deepEqual(await kindsIn(scratch), ['augment', 'index']);
    using again = new Command([...LONG, '--backend', 'wasm'], scratch.folder);
    await again.says(/start +train/);
    await points(scratch, 1, '000002');
    assert.equal(await attempts(scratch), 1, 'the dead attempt gave way to the new one');
    again.signalGroup('SIGINT');
    await again.finished;
    assert.equal(await attempts(scratch), 0);
  },
);

test(
  'a worker that is killed in the middle of training is named, and the task is repeated',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    using running = await training(scratch);
    const { command, worker } = running;
    process.kill(worker, 'SIGKILL');
    const others = () => childrenOf(command.pid).filter((pid) => pid !== worker);
    await until(() => others().length > 0);
    process.kill(others()[0]!, 'SIGKILL');
    const { status, stdout, stderr } = await command.finished;
    assert.equal(status, 1);
    assert.match(stdout, /FAILED +train a .*: The worker died twice \(SIGKILL\)\./);
    assert.match(stdout, /not done +evaluate scores .*: needs train a/);
    assert.match(stdout, /done +index \(split=val\)/);
    assert.match(stderr, /Run again to repeat only what failed\./);
    const logs = await readdir(scratch.path('runs/tiny/logs'));
    const log = await scratch.read(
      'runs/tiny/logs',
      logs.find((name) => name.startsWith('train'))!,
    );
    assert.match(stdout, /repeat +train a .*: its worker died \(SIGKILL\)/);
    assert.match(log, /The worker died \(SIGKILL\); the task is repeated\./);
  },
);
