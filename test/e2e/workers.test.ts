/** Nets trained by several workers, through the real command line: one dies, all go on; a remote shell starts them. */
import assert from 'node:assert/strict';
import { chmod, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { Command, type Finished, stagecraft } from '../support/command.js';
import { availableBackends } from '../support/engines.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { childrenOf, isRunning } from '../support/processes.js';
import { savedAt } from '../support/save-points.js';
import { Scratch } from '../support/scratch.js';
import { artifactsIn } from '../support/store-contents.js';

const LIMIT = { timeout: 120_000, skip: !availableBackends().includes('tensorflow') };

const SETTINGS = [
  'vars.epochs=20',
  'checkpoint.everySteps=5',
  'stages.a.watch=held-out',
  'stages.a.heldOut=0.2',
];

interface Options {
  readonly workers?: string;
  readonly variables?: NodeJS.ProcessEnv;
  readonly trust?: boolean;
}

function run(
  scratch: Scratch,
  store: string,
  { workers = '2', variables, trust = true }: Options = {},
): Command {
  const settings = [...SETTINGS, `workers=${workers}`].flatMap((setting) => ['--set', setting]);
  const options = ['--store', store, '--backend', 'tensorflow', ...(trust ? ['--trust-network'] : [])];
  return new Command(['run', FOLDER_SPEC, ...options, ...settings], scratch.folder, {
    TF_NUM_INTRAOP_THREADS: '2',
    ...variables,
  });
}

async function finished(command: Command): Promise<Finished> {
  using ended = command;
  return await ended.finished;
}

function filesOf(scratch: Scratch, store: string): Promise<ReadonlyMap<string, Buffer>> {
  return artifactsIn(scratch.path(store));
}

/** A program in the place of the remote shell: called with the host and the command. */
async function shellOf(scratch: Scratch, script: string): Promise<string> {
  const path = await scratch.write('shell', script);
  await chmod(path, 0o755);
  return path;
}

/** What two workers that nobody disturbs make, and what was printed; the same in each of these tests. */
let alone: Promise<{ readonly files: ReadonlyMap<string, Buffer>; readonly stdout: string }> | undefined;

function leftAlone() {
  return (alone ??= (async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    const { status, stdout, stderr } = await finished(run(scratch, 'alone'));
    assert.equal(status, 0, stderr);
    return { files: await filesOf(scratch, 'alone'), stdout };
  })());
}

test('workers want the network trusted before anything is done', LIMIT, async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const refused = await finished(run(scratch, 'runs', { trust: false }));
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /open a port on all interfaces .* Say --trust-network/);
  assert.deepEqual(await readdir(scratch.path('runs')).catch(() => []), []);
  const inSlurm = await finished(run(scratch, 'runs', { trust: false, variables: { SLURM_JOB_ID: '1' } }));
  assert.equal(inSlurm.status, 0, inSlurm.stderr);
});

test(
  'a worker that is killed is named, and all go on from the last save point to the same bits',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    assert.match(
      (await leftAlone()).stdout,
      /1 thread in each of 2 workers/,
      'the table says how it was made',
    );
    for (const [store, victim] of [
      ['first', 0],
      ['second', 1],
    ] as const) {
      using command = run(scratch, store);
      await savedAt(scratch.path(store), 5);
      const workers = childrenOf(command.pid).sort((a, b) => a - b);
      // One for the index and the augmentation, then the two.
      process.kill(workers.at(victim - 2)!, 'SIGKILL');
      const ended = await command.finished;
      assert.equal(ended.status, 0, ended.stderr);
      assert.match(ended.stdout, new RegExp(`worker ${victim + 1} of 2: SIGKILL`));
      assert.match(ended.stdout, /^goes on +train a .*: from \d+$/m);
      assert.deepEqual(await filesOf(scratch, store), (await leftAlone()).files);
      assert.deepEqual(workers.filter(isRunning), [], 'no worker is left');
    }
  },
);

test(
  'Ctrl-C saves, leaves with 130, and the same workers go on to the same bits; others want --accept',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    {
      using command = run(scratch, 'stopped');
      await savedAt(scratch.path('stopped'), 5);
      command.signalGroup('SIGINT');
      assert.equal((await command.finished).status, 130);
    }
    const byOne = await finished(run(scratch, 'stopped', { workers: '1' }));
    assert.equal(byOne.status, 1);
    assert.match(byOne.stdout, /workers 2 then, 1 here/);
    const last = await finished(run(scratch, 'stopped'));
    assert.equal(last.status, 0, last.stderr);
    assert.deepEqual(await filesOf(scratch, 'stopped'), (await leftAlone()).files);
  },
);

test(
  'workers on named hosts are started by the remote shell, and train to the same bits',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    // A remote shell that logs its host and runs the command here.
    const shell = await shellOf(scratch, '#!/bin/sh\necho "$1" >> hosts.txt\nexec sh -c "$2"\n');
    const variables = { STAGECRAFT_RSH: shell };
    const ended = await finished(run(scratch, 'remote', { workers: '[127.0.0.1, 127.0.0.1]', variables }));
    assert.equal(ended.status, 0, ended.stderr);
    assert.equal(await scratch.read('hosts.txt'), '127.0.0.1\n127.0.0.1\n');
    assert.deepEqual(await filesOf(scratch, 'remote'), (await leftAlone()).files);
  },
);

test('a worker that does not start is named with what its remote shell said last', LIMIT, async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const refusing = await shellOf(
    scratch,
    '#!/bin/sh\necho Warning: a new host key >&2\nprintf "ssh: \\033[31mconnect to host $1 port 22: Connection refused\\r\\n" >&2\nexit 255\n',
  );
  const refused = await finished(
    run(scratch, 'runs', { workers: '[nowhere, nowhere]', variables: { STAGECRAFT_RSH: refusing } }),
  );
  assert.equal(refused.status, 1);
  assert.match(
    refused.stdout,
    /^FAILED .*\(worker 1 of 2 on nowhere: did not start \(exit status 255\): ssh: \[31mconnect to host nowhere port 22: Connection refused\)\.$/m,
  );
  const none = { workers: '[nowhere, nowhere]', variables: { STAGECRAFT_RSH: 'no-such-shell' } };
  assert.match(
    (await finished(run(scratch, 'runs', none))).stdout,
    /did not start \(spawn no-such-shell ENOENT\)/,
  );
});

test('more workers than a batch has images, and localhost among other hosts, are mistakes before anything is done', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  for (const command of ['validate', 'plan', 'run'])
    for (const [workers, says] of [
      ['5', /^tiny\.yaml:\d+:\d+ 5 workers cannot share a batch of 4\. /m],
      ['[localhost, node2]', /^--set workers=\[localhost, node2\]: "localhost" means another machine/m],
    ] as const) {
      const { status, stderr } = await stagecraft(
        scratch.folder,
        ...[command, FOLDER_SPEC, '--set', `workers=${workers}`],
      );
      assert.equal(status, 2, `${command} with workers=${workers}`);
      assert.match(stderr, says);
    }
  assert.deepEqual(await readdir(scratch.path('runs')).catch(() => []), []);
});

test(
  'a remote shell that greets is heard in the log, and the terminal’s Ctrl-C does not reach it',
  LIMIT,
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    const shell = await shellOf(scratch, '#!/bin/sh\necho Welcome to this machine\nsh -c "$2"\n');
    const options = { workers: '[127.0.0.1, 127.0.0.1]', variables: { STAGECRAFT_RSH: shell } };
    {
      using command = run(scratch, 'remote', options);
      await savedAt(scratch.path('remote'), 5);
      command.signalGroup('SIGINT');
      assert.equal((await command.finished).status, 130);
    }
    const last = await finished(run(scratch, 'remote', options));
    assert.match(last.stdout, /^goes on +train a/m);
    assert.deepEqual(await filesOf(scratch, 'remote'), (await leftAlone()).files);
    const logs = await readdir(scratch.path('remote/tiny/logs'));
    const log = await scratch.read(
      'remote/tiny/logs',
      logs.find((name) => name.startsWith('train'))!,
    );
    assert.match(log, /^Welcome to this machine$/m);
  },
);

test('Ctrl-C ends a run whose workers do not start', LIMIT, async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const shell = await shellOf(scratch, '#!/bin/sh\nexec sleep 600\n');
  using command = run(scratch, 'runs', { workers: '[there, there]', variables: { STAGECRAFT_RSH: shell } });
  await command.says(/^start +train/m);
  command.signalGroup('SIGINT');
  assert.equal((await command.finished).status, 130);
});
