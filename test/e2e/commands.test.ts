/** Every command's answer and exit status. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/command-table.js';
import { EXPERIMENTS, stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';

const FIRST_ROW = join(EXPERIMENTS, 'vgg/first-row.yaml');

async function inScratch(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; stdout: string; stderr: string; left: readonly string[] }> {
  await using scratch = await Scratch.make();
  for (const [name, text] of Object.entries(files)) await scratch.write(name, text);
  const finished = await stagecraft(scratch.folder, ...args);
  return { ...finished, left: await readdir(scratch.folder) };
}

test('--help lists every command', async () => {
  for (const args of [['--help'], ['help'], ['-h']]) {
    const { status, stdout } = await inScratch(args);
    assert.equal(status, 0);
    for (const name of Object.keys(COMMANDS)) assert.match(stdout, new RegExp(`^ +${name}\\b`, 'm'));
  }
});

test('help on a command shows what it does and its options, and no others', async () => {
  for (const args of [
    ['import', '--help'],
    ['help', 'import'],
  ]) {
    const { status, stdout } = await inScratch(args);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: stagecraft import FILE \[OPTIONS\]\n\nTake a net from a file of weights/);
    assert.match(stdout, /^ {2}--channels RGB\|BGR/m);
    assert.match(stdout, /^ {2}--net NAME +the net that the file holds/m);
    assert.doesNotMatch(stdout, /--fail-fast/);
  }
});

test('no command at all shows the usage and is the wrong input', async () => {
  const { status, stdout, stderr } = await inScratch([]);
  assert.equal(status, 2);
  assert.match(stdout + stderr, /Usage: stagecraft COMMAND/);
});

for (const [sentence, args, message] of [
  ['an unknown command is answered by the nearest one', ['rnu'], /There is no command "rnu"\. .*run/],
  [
    'an option that is said twice is named, since only one would count',
    ['plan', FIRST_ROW, '--profile', 'smoke', '--profile', 'demo'],
    /--profile is said twice/,
  ],
  ['an unknown option is named', ['run', FIRST_ROW, '--bakcend', 'wasm'], /--bakcend/],
  [
    'an unknown backend is answered by those that exist',
    ['run', FIRST_ROW, '--backend', 'wams'],
    /"wams".*wasm/,
  ],
  [
    'an unknown profile is answered by those that exist',
    ['plan', FIRST_ROW, '--profile', 'smok'],
    /smok.*[^]*smoke/,
  ],
  ['a spec that is not there is named', ['run', 'nothing.yaml'], /nothing\.yaml.*There is no such file/],
  ['two specs are not shown at once', ['show', FIRST_ROW, FIRST_ROW], /One spec at a time/],
  ['a command without its spec asks for it', ['run'], /Which spec\?/],
] as const) {
  test(`${sentence}, with status 2 and nothing written`, async () => {
    const { status, stderr, left } = await inScratch(args);
    assert.equal(status, 2);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.deepEqual(left, []);
  });
}

test('a wrong spec is told by file, line and column, with status 2 and nothing written', async () => {
  const files = { 'wrong.yaml': 'title: Wrong\ndata: { kind: embedded }\nstages:\n  a: { kind: trian }\n' };
  for (const command of ['run', 'plan', 'validate']) {
    const { status, stderr, left } = await inScratch([command, 'wrong.yaml'], files);
    assert.equal(status, 2);
    assert.match(stderr, /wrong\.yaml:4:/);
    assert.match(stderr, /train/);
    assert.deepEqual(left, ['wrong.yaml']);
  }
});

test('plan --json is the plan with the state of each task, and writes nothing', async () => {
  const { status, stdout, left } = await inScratch(['plan', FIRST_ROW, '--profile', 'smoke', '--json']);
  assert.equal(status, 0);
  const plan = JSON.parse(stdout) as Record<string, unknown> & { tasks: Record<string, unknown>[] };
  assert.equal(plan['format'], 2);
  const [experiment] = plan['experiments'] as Record<string, unknown>[];
  assert.equal(experiment!['name'], 'first-row-smoke');
  assert.equal(experiment!['profile'], 'smoke');
  assert.equal((plan['estimate'] as Record<string, unknown>)['toDo'], 6);
  const kinds = ['index', 'augment', 'train', 'index', 'evaluate', 'table'];
  assert.deepEqual(
    plan.tasks.map(({ kind }) => kind),
    kinds,
  );
  for (const task of plan.tasks) {
    assert.match(String(task['recipe']), /^[0-9a-f]{64}$/);
    assert.equal((task['status'] as { state: string }).state, 'to-do');
  }
  assert.deepEqual(left, []);
});

test('a spec that is given twice counts once', async () => {
  const { status, stdout } = await inScratch(['plan', FIRST_ROW, FIRST_ROW, '--profile', 'smoke']);
  assert.equal(status, 0);
  assert.match(stdout, /^6 tasks: 0 done, 6 to do\.$/m);
});

test('doctor --json tells backend, engine, versions, threads and devices', async () => {
  const { status, stdout } = await inScratch(['doctor', '--json']);
  assert.equal(status, 0, stdout);
  const facts = JSON.parse(stdout) as Record<string, unknown>;
  assert.ok(['tensorflow', 'wasm'].includes(String(facts['backend'])));
  assert.match(String(facts['engine']), / on (cpu|gpu), \d+ threads?, sharp [^,]+, libvips [^,]+, /);
  assert.equal((facts['versions'] as Record<string, string>)['node'], process.version);
  assert.equal(facts['threads'], 1);
  for (const key of ['cores', 'memoryGib']) assert.equal(typeof facts[key], 'number');
  assert.equal(typeof (facts['gpu'] as Record<string, unknown>)['present'], 'boolean');
});

test('a plan for people names each task and why it is to do', async () => {
  const { stdout } = await inScratch(['plan', FIRST_ROW, '--profile', 'smoke']);
  assert.match(stdout, /^ {2}[0-9a-f]{12} {2}index \(split=train\) +320 images +to do: new$/m);
  assert.match(stdout, /^ {2}[0-9a-f]{12} {2}table table3 +to do: needs [0-9a-f]{12}, which is to do$/m);
  assert.match(stdout, /^6 tasks: 0 done, 6 to do\.$/m);
  assert.match(stdout, /^Parameters of the nets: A 142 k\.$/m);
  assert.match(stdout, /^To do: 1\.3 k images, 4\.9 G multiply-adds\.$/m);
});
