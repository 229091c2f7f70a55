/** Whole runs through the real command line. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readInstallation } from '../../src/nn/installation.js';
import { Command, EXPERIMENTS, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { artifactsIn, historyIn } from '../support/store-contents.js';
import { childrenOf } from '../support/processes.js';
import { Scratch } from '../support/scratch.js';

const FIRST_ROW = join(EXPERIMENTS, 'vgg/first-row.yaml');
const SMALL = ['--profile', 'smoke', '--set', 'limits.train=64', '--set', 'limits.val=32'];

test("the smoke run prints the row beside the paper's, and a second run does nothing and says so", async () => {
  await using scratch = await Scratch.make();
  const args = ['run', FIRST_ROW, ...SMALL, '--store', 'results'];
  const first = await stagecraft(scratch.folder, ...args);
  assert.equal(first.stderr, '');
  assert.equal(first.status, 0);
  assert.match(
    first.stdout,
    /^\| A {3}\| 256 \(96 px\) \| 256 \(96 px\) \| [\d.]+ \([\d.]+-[\d.]+\) +\| 29\.6 +\|/m,
  );
  assert.match(first.stdout, /32 images \(\d+ things\) of 28 classes/);
  assert.deepEqual(await readdir(scratch.folder), ['results']);
  const markdown = await scratch.read('results/first-row-smoke/table3.md');
  assert.ok(first.stdout.includes(markdown));

  const again = new Command(args, scratch.folder);
  await again.says(/done before/);
  assert.deepEqual(childrenOf(again.pid), [], 'no worker was started');
  const second = await again.finished;
  assert.equal(second.status, 0);
  assert.match(second.stdout, /Nothing to do: every task was done before\./);
  assert.doesNotMatch(second.stdout, /start /);
  assert.ok(second.stdout.includes(markdown));
  for (const folder of await readdir(scratch.path('results/store/work')))
    assert.deepEqual(await readdir(scratch.path('results/store/work', folder)), []);
});

test('equal work in two stores gives equal bytes, and no file but the manifest tells where or when', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const runs = ['here', 'there'].map((store) =>
    stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--store', store),
  );
  for (const { status, stderr } of await Promise.all(runs)) assert.equal(status, 0, stderr);
  const [here, there] = await Promise.all(['here', 'there'].map((store) => artifactsIn(scratch.path(store))));
  const names = [...here!.keys()];
  assert.ok(
    names.some((name) => name.endsWith('weights.safetensors')),
    names.join(' '),
  );
  assert.deepEqual(names, [...there!.keys()]);
  for (const name of names) assert.ok(here!.get(name)!.equals(there!.get(name)!), name);
  for (const [name, bytes] of here!)
    assert.ok(!bytes.includes(scratch.folder) && !/\b20\d\d-\d\d-\d\dT/.test(bytes.toString('latin1')), name);
});

test('two runs at once on one store both succeed, with the same artifacts', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const run = () => stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--store', 'runs');
  const [one, two] = await Promise.all([run(), run()]);
  assert.deepEqual([one.status, two.status], [0, 0], one.stderr + two.stderr);
  const table = (stdout: string) => stdout.slice(stdout.indexOf('**'), stdout.indexOf('one seed'));
  assert.equal(table(one.stdout), table(two.stdout));
  const executions = [...(await artifactsIn(scratch.path('runs'))).keys()].map((name) =>
    name.split('/').slice(0, 3).join('/'),
  );
  assert.equal(new Set(executions).size, 6, 'one execution of each of the six tasks');
  assert.deepEqual(await readdir(scratch.path('runs/tiny/journal')), ['000001.jsonl', '000002.jsonl']);
});

test(
  'WebAssembly and TensorFlow train alike',
  { skip: readInstallation().backend !== 'tensorflow' && 'TensorFlow is not set up' },
  async () => {
    await using scratch = await Scratch.make();
    await makeFolderExperiment(scratch);
    const runs = ['wasm', 'tensorflow'].map((backend) =>
      stagecraft(
        scratch.folder,
        'run',
        FOLDER_SPEC,
        '--backend',
        backend,
        '--store',
        backend,
        '--set',
        'vars.epochs=2',
      ),
    );
    for (const { status, stderr } of await Promise.all(runs)) assert.equal(status, 0, stderr);
    const [wasm, native] = await Promise.all(
      ['wasm', 'tensorflow'].map((store) => historyIn(scratch.path(store))),
    );
    assert.equal(wasm!.length, 2);
    for (const [i, { trainLoss }] of native!.entries())
      assert.ok(Math.abs(wasm![i]!.trainLoss - trainLoss) <= 1e-4 * trainLoss, `epoch ${i + 1}`);
  },
);

test('a run takes only the store it was given, and the journal holds a run of each task', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const { status } = await stagecraft(scratch.folder, 'run', FOLDER_SPEC);
  assert.equal(status, 0);
  assert.deepEqual(await readdir(scratch.folder), ['images', 'runs', FOLDER_SPEC]);
  const journal = await readFile(scratch.path('runs/tiny/journal/000001.jsonl'), 'utf8');
  assert.equal(journal.match(/"type":"start"/g)!.length, 6);
  assert.equal(journal.match(/"type":"end".*"end":"finished"/g)!.length, 6);
  assert.match(journal, /"type":"close","end":"finished"}\n$/);
});
