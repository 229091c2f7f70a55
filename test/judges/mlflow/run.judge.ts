/**
 * A run of the product as Python's own client finds it on a real server. Run by `.ci/run`: MLFLOW_BIN names the folder
 * of the programs of a Python that has MLflow.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Table } from '../../../src/run/table.js';
import { Scratch } from '../../support/scratch.js';
import { MlflowServer } from './support/mlflow-server.js';
import { type FoundRun, readBack } from './support/read-back.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const cli = `${root}build/src/cli.js`;

/** The command line against a server; its status is 0. */
async function stagecraft(url: string | undefined, ...options: readonly string[]): Promise<string> {
  const { MLFLOW_TRACKING_URI: _, ...others } = process.env;
  const env = { ...others, ...(url !== undefined && { MLFLOW_TRACKING_URI: url }) };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...options], {
    cwd: root,
    env,
  });
  return stdout + stderr;
}

function runOf(spec: string, store: string): readonly string[] {
  return ['run', `experiments/vgg/${spec}.yaml`, '--profile', 'smoke', '--store', store];
}

function only(runs: readonly FoundRun[], wanted: (run: FoundRun) => boolean): FoundRun {
  const found = runs.filter(wanted);
  assert.equal(found.length, 1);
  return found[0]!;
}

test('a run, its tasks, numbers, images, files, net and rows are found where MLflow has them', async () => {
  await using scratch = await Scratch.make();
  await using server = await MlflowServer.start(scratch.path('server'));
  const store = scratch.path('runs');
  const output = await stagecraft(server.url, ...runOf('first-row', store));
  // A busy machine may not be done within the time that a run waits at its end.
  assert.match(
    output,
    /All of it was sent to MLflow at http:\/\/127\.0\.0\.1:\d+;|does not have all of it yet: It takes its time\./,
  );
  await stagecraft(server.url, 'sync', '--store', store);
  const { runs, best } = await readBack(server.url, 'first-row-smoke', scratch.path('files'));
  const parent = only(runs, ({ name }) => name === 'first-row-smoke');
  assert.equal(parent.status, 'FINISHED');
  const tables = ['table3.csv', 'table3.html', 'table3.json', 'table3.md', 'table3.tex'];
  assert.deepEqual(Object.keys(parent.files), ['spec.yaml', ...tables]);
  for (const run of runs)
    assert.equal(run.tags['mlflow.parentRunId'], run === parent ? undefined : parent.id, run.name);

  const train = only(runs, ({ name }) => name === 'train a (net=A S=256)');
  const { net, S, S_px: px, seed, precision, recipe } = train.params;
  assert.deepEqual(
    { net, S, px, seed, precision },
    { net: 'A', S: '256', px: '96', seed: '1', precision: 'float32' },
  );
  assert.match(recipe!, /^[0-9a-f]{64}$/);
  assert.equal(train.points['train_loss']![0]![0], 0);
  assert.equal(train.points['epoch_train_loss']!.length, 1);
  assert.equal(train.datasets.length, 1);
  assert.equal(train.datasets[0]![1].length, 36);
  for (const tag of ['threads', 'host', 'node', 'library', 'version'])
    assert.ok(train.tags[`stagecraft.${tag}`], `stagecraft.${tag}`);

  assert.equal(train.models.length, 1);
  assert.ok(best);
  const [execution] = await readdir(`${store}/store/train/${recipe}`);
  const stored = await readdir(`${store}/store/train/${recipe}/${execution}`);
  for (const file of stored.filter((name) => name !== 'manifest.json')) assert.ok(file in best.files, file);
  assert.deepEqual(best.tensors['conv1_1.weight'], [3, 3, 3, 4]);

  const row = only(runs, ({ tags }) => tags['table'] === 'table3');
  const table = JSON.parse(await scratch.read('runs/first-row-smoke/table3.json')) as Table;
  const [expected] = table.rows;
  assert.deepEqual(
    ['net', 'S', 'Q', 'method', 'dataset'].map((key) => row.params[key]),
    ['A', '256', '256', 'dense', 'drawings'],
  );
  const last = (key: string) => row.points[key]!.at(-1)![2];
  assert.equal(last('top1_error_percent'), expected!.metrics['top1']!.value);
  assert.equal(last('top5_error_percent'), expected!.metrics['top5']!.value);
  assert.equal(last('images'), expected!.images);
});

test('what was done before is a link to the run that made it, and a second time adds nothing', async () => {
  await using scratch = await Scratch.make();
  await using server = await MlflowServer.start(scratch.path('server'));
  const store = scratch.path('runs');
  await stagecraft(server.url, ...runOf('first-row', store));
  await stagecraft(server.url, 'sync', '--store', store);
  const before = await readBack(server.url, 'first-row-smoke');
  await stagecraft(server.url, ...runOf('first-row', store));
  await stagecraft(server.url, 'sync', '--store', store);
  const after = await readBack(server.url, 'first-row-smoke');
  const withoutParent = ({ runs }: typeof before) => runs.filter(({ tags }) => tags['mlflow.parentRunId']);
  assert.deepEqual(withoutParent(after), withoutParent(before));

  await stagecraft(server.url, ...runOf('table3', store), '--only', 'a');
  await stagecraft(server.url, 'sync', '--store', store);
  const { runs } = await readBack(server.url, 'table3-smoke');
  const link = only(runs, ({ params }) => params['net'] === 'A' && params['recipe'] !== undefined);
  const train = only(before.runs, ({ name }) => name.startsWith('train a '));
  assert.equal(link.tags['stagecraft.made_by'], train.id);
  assert.match(
    link.tags['mlflow.note.content']!,
    new RegExp(`^Made by \\[train a .*/runs/${train.id}\\)\\.$`),
  );
});

test('a run without its server is as any other, and sync delivers it later, once', async () => {
  await using scratch = await Scratch.make();
  await using server = await MlflowServer.start(scratch.path('server'));
  const store = scratch.path('runs');
  await server.kill();
  const output = await stagecraft(server.url, ...runOf('first-row', store));
  assert.match(
    output,
    /does not have all of it yet: .*cannot be reached: .*ECONNREFUSED.*\nNothing is lost; "stagecraft sync --store [^ ]+" delivers/,
  );
  await server.up();
  for (let n = 0; n < 2; n++)
    assert.match(
      await stagecraft(server.url, 'sync', '--store', store),
      /^first-row-smoke: 8 runs, \d+ points, \d+ files: read back from .*, all there( \(8 of the runs read back before\))?$/m,
    );
  const { runs } = await readBack(server.url, 'first-row-smoke');
  assert.equal(runs.length, 8);
  assert.ok(runs.every(({ status }) => status === 'FINISHED'));
});
