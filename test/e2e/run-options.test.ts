/** What is run of a plan: --only, --fail-fast, several specs, results of another environment, several datasets. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { pretend } from '../support/store-contents.js';

const SWEEP = `extends: tiny.yaml
title: Two seeds, two rates
stages:
  sweep:
    kind: train
    matrix: { seed: [1, 2], rate: [0.01, 1.0e+30] }
    net: A
    S: 256
    augment: augmented
    width: 0.0625
    epochs: 1
    batch: 4
    initialisation: he
    seed: '\${seed}'
    rate: '\${rate}'
  judged: { kind: evaluate, each: sweep, Q: [256, 288] }
  fair: { kind: ensemble, over: judged, where: { rate: 0.01 }, by: [rate] }
tables:
  fair: { rows: fair, columns: [rate, Q, top1] }
  seeds: { rows: { each: judged, where: { rate: 0.01 } }, over: [seed], columns: [rate, top1] }
`;

async function withSweep(use: (scratch: Scratch) => Promise<void>): Promise<void> {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await scratch.write('sweep.yaml', SWEEP);
  await use(scratch);
}

const lines = (text: string, start: string) => text.split('\n').filter((line) => line.startsWith(start));

test('a failure stops what needs it and nothing else, and the command that repeats it alone is printed and works', async () => {
  await withSweep(async (scratch) => {
    const { status, stdout, stderr } = await stagecraft(scratch.folder, 'run', 'sweep.yaml');
    assert.equal(status, 1);
    assert.equal(lines(stdout, 'FAILED').length, 2);
    assert.match(stdout, /FAILED +train sweep \(.*rate=1e\+30.*The loss is (NaN|Infinity) at step/);
    // Of each of the two nets that failed: scores at two scales and their mean.
    assert.equal(lines(stdout, 'not done').length, 6);
    assert.match(stdout, /\| 0\.01 \| 256,288 \(72,82 px\) +\|/);
    assert.match(stdout, /top-1 error, % \(mean ± sd of 2\)/);
    const repeat = /It alone again: stagecraft (run .*--only [0-9a-f]{12})$/m.exec(stderr)![1]!;
    const again = await stagecraft(scratch.folder, ...repeat.split(' '));
    assert.equal(again.status, 1);
    assert.equal(lines(again.stdout, 'start').length, 1);
    const plan = await stagecraft(scratch.folder, 'plan', 'sweep.yaml');
    assert.match(plan.stdout, /to do: failed on \d{4}-\d\d-\d\d \d\d:\d\d: The loss is/);
  });
});

test('with --fail-fast the first failure ends the run', async () => {
  await withSweep(async (scratch) => {
    const args = [
      'run',
      'sweep.yaml',
      '--only',
      'sweep',
      '--fail-fast',
      '--set',
      'stages.sweep.matrix.rate=[1.0e+30, 0.01]',
      // Seed 1 at the rate 0.01 is the net of the spec that this one extends.
      ...['--set', 'stages.sweep.matrix.seed=[3, 4]'],
    ];
    const { status, stdout, stderr } = await stagecraft(scratch.folder, ...args);
    assert.equal(status, 1, stderr);
    assert.equal(lines(stdout, 'FAILED').length, 1);
    assert.equal(lines(stdout, 'start        train').length, 1);
  });
});

test('--only does what is named and what that needs; what is not there is explained', async () => {
  await withSweep(async (scratch) => {
    const only = async (what: string) => {
      const { stdout, status, stderr } = await stagecraft(
        scratch.folder,
        'plan',
        'sweep.yaml',
        '--only',
        what,
      );
      return status === 0 ? Number(/^(\d+) tasks/m.exec(stdout)![1]) : stderr.trim();
    };
    assert.equal(await only('augmented'), 2);
    assert.equal(await only('sweep,seed=2,rate=0.01'), 3);
    assert.equal(await only('kind=table'), 2 + 1 + 2 + 4 + 2 + 1 + 2);
    assert.equal(await only('fair,kind=table'), 2 + 1 + 2 + 4 + 2 + 1 + 1);
    assert.match(String(await only('seed=3')), /^--only: No task has seed=3\. seed is one of: 1, 2\.$/);
    assert.match(String(await only('judge')), /is called "judge"\. Did you mean "judged"\?$/);
  });
});

test('several specs are run as one, and each finds its tables in a folder of its own', async () => {
  await withSweep(async (scratch) => {
    const good = ['--set', 'stages.sweep.matrix.rate=[0.01]'];
    const specs = ['sweep.yaml', 'other.yaml'];
    await scratch.write('other.yaml', SWEEP.replace('Two seeds', 'Other'));
    const { status, stdout, stderr } = await stagecraft(scratch.folder, 'run', ...specs, ...good);
    assert.equal(status, 0, stderr);
    assert.equal(lines(stdout, 'start        train').length, 2);
    for (const folder of ['sweep', 'other'])
      assert.ok((await readdir(scratch.path('runs', folder))).includes('fair.md'), folder);
    const moved = await stagecraft(scratch.folder, 'plan', 'tiny.yaml', 'sweep.yaml');
    assert.equal(moved.status, 0);
    await scratch.write('elsewhere.yaml', SWEEP.replace('stages:', 'data: { root: /other }\nstages:'));
    const clash = await stagecraft(scratch.folder, 'plan', 'sweep.yaml', 'elsewhere.yaml');
    assert.equal(clash.status, 2);
    assert.match(clash.stderr, /The images called "tiny" lie in two places: .*images and \/other\./);
  });
});

/** As if the net had been trained on another machine. */
async function pretendTrainedElsewhere(scratch: Scratch): Promise<void> {
  await pretend(scratch.path('runs'), 'train', ({ environment }) => ({
    host: 'elsewhere',
    environment: {
      ...environment,
      engine: { ...environment.engine!, library: 'TensorFlow 1.15.0', threads: 64 },
    },
  }));
}

test('a net that was trained elsewhere is used and named, the table says that environments were mixed, and the same environment wants it anew', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  assert.equal((await stagecraft(scratch.folder, 'run', FOLDER_SPEC)).status, 0);
  await pretendTrainedElsewhere(scratch);
  const plan = await stagecraft(scratch.folder, 'plan', FOLDER_SPEC);
  assert.match(plan.stdout, /train a .* done on elsewhere \(TensorFlow 1\.15\.0 on cpu, 64 threads, /);
  const reused = await stagecraft(scratch.folder, 'run', FOLDER_SPEC);
  assert.match(reused.stdout, /Nothing to do/);
  assert.match(reused.stdout, /^Made in 2 environments: TensorFlow 1\.15\.0 on cpu, 64 threads, .*; /m);

  const strict = ['--set', 'reuse=same-environment'];
  const refused = await stagecraft(scratch.folder, 'plan', FOLDER_SPEC, ...strict);
  assert.match(
    refused.stdout,
    /train a .* to do: made on elsewhere in another environment: library changed from TensorFlow 1\.15\.0 to .*; threads changed from 64 to 1/,
  );
  const remade = await stagecraft(scratch.folder, 'run', FOLDER_SPEC, ...strict);
  assert.equal(remade.status, 0, remade.stderr);
  // The net is made again, to the same bits: so nothing behind it is.
  assert.deepEqual(
    lines(remade.stdout, 'start').map((line) => /start +(\S+)/.exec(line)![1]),
    ['train'],
  );
  const again = await stagecraft(scratch.folder, 'run', FOLDER_SPEC, ...strict);
  assert.match(again.stdout, /Nothing to do/);
});

test('--fresh-code makes again what other code has made', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await stagecraft(scratch.folder, 'run', FOLDER_SPEC);
  const fresh = () => stagecraft(scratch.folder, 'plan', FOLDER_SPEC, '--fresh-code');
  assert.match((await fresh()).stdout, /6 done, 0 to do/);
  await pretend(scratch.path('runs'), 'table', ({ environment }) => ({
    environment: { ...environment, code: '0'.repeat(64) },
  }));
  assert.match((await fresh()).stdout, /table tiny .* to do: made by another version of Stagecraft/);
  assert.match((await stagecraft(scratch.folder, 'plan', FOLDER_SPEC)).stdout, /6 done, 0 to do/);
  const rerun = await stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--fresh-code');
  assert.deepEqual(lines(rerun.stdout, 'start').length, 1);
  assert.match((await fresh()).stdout, /6 done, 0 to do/);
});

test('a set that does not hold what the spec expects is refused by name', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const run = (expect: string) =>
    stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--only', 'index', '--set', `data.expect=${expect}`);
  assert.equal((await stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--only', 'index')).status, 0);
  // What is expected later is looked at though the set was listed before.
  assert.equal((await run('{ classes: 2, train: 12, val: 6 }')).status, 0);
  const wrong = await run('{ train: 13 }');
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /FAILED .*"tiny" holds 12 train images, but the spec expects 13\./);
});
