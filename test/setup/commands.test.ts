import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { loadNative, nativeFile, Scratch, startNode } from './support.js';

const { runArguments, runScript } = (await loadNative('start.mjs')) as {
  runArguments: (args: string[], backend: 'tensorflow' | 'wasm') => { args: string[]; smoke: boolean };
  runScript: (script: string, args: string[]) => Promise<number>;
};
const { testFiles } = (await loadNative('test.mjs')) as {
  testFiles: (folder: string, parts: string[]) => string[];
};
const { announcement, packagesCost } = (await loadNative('announce.mjs')) as {
  announcement: (costs: object[]) => string[];
  packagesCost: (where: string) => object;
};
const { platformOf, thisMachine } = (await loadNative('platforms.mjs')) as {
  platformOf: (machine: object) => unknown;
  thisMachine: () => object;
};

const SPECS = ['table3', 'shallow', 'table4', 'table5', 'table6', 'table7'].map(
  (name) => `experiments/vgg/${name}.yaml`,
);

test('start runs Tables 3-7, or the spec that it is given', () => {
  const words = (args: string[]) => runArguments(args, 'tensorflow').args.join(' ');
  const tables = `run ${SPECS.join(' ')}`;
  assert.match(words([]), new RegExp(`^${tables} --slots [12]$`));
  assert.equal(words(['--slots=1']), `${tables} --slots=1`);
  assert.match(words(['--profile', 'smoke']), new RegExp(`^${tables} --profile smoke --slots [12]$`));
  assert.match(words(['mine.yaml', '--json']), /^run mine\.yaml --json --slots [12]$/);
});

test('start on the wasm backend takes the profile smoke unless one is asked for', () => {
  assert.deepEqual(runArguments(['--slots=1'], 'wasm'), {
    args: ['run', ...SPECS, '--slots=1', '--profile', 'smoke'],
    smoke: true,
  });
  assert.equal(runArguments(['--profile=demo'], 'wasm').smoke, false);
  assert.equal(runArguments(['--profile', 'demo'], 'wasm').smoke, false);
});

test('start ends with the status of what it ran, 130 after Control-C', async () => {
  using scratch = new Scratch();
  const script = scratch.write(
    'run.cjs',
    "const how = process.argv[2]; how === 'signal' ? process.kill(process.pid, 'SIGINT') : process.exit(Number(how));",
  );
  assert.equal(await runScript(script, ['3']), 3);
  assert.equal(await runScript(script, ['signal']), 130);
});

test('test finds the compiled tests, or those whose path contains a part', () => {
  using scratch = new Scratch();
  for (const file of ['plan/a.test.js', 'spec/b.test.js', 'spec/b.js', 'spec/b.test.d.ts'])
    scratch.write(file, '');
  const found = (...parts: string[]) =>
    testFiles(scratch.folder, parts).map((file) => path.relative(scratch.folder, file));
  assert.deepEqual(found(), ['plan/a.test.js', 'spec/b.test.js']);
  assert.deepEqual(found('plan', 'zzz'), ['plan/a.test.js']);
  assert.deepEqual(testFiles(scratch.path('absent'), []), []);
});

test('test fails when no file matched', async () => {
  const { status, stderr } = await startNode([nativeFile('test.mjs'), 'no such part']).ended;
  assert.equal(status, 1);
  assert.match(stderr, /No test file's path contains no such part\./);
});

test('an option that set-up does not know is the user to correct', async () => {
  const { status, stderr } = await startNode([nativeFile('setup.mjs'), '--gpus']).ended;
  assert.equal(status, 2);
  assert.match(stderr, /^Unknown option --gpus\.\nnpm run setup /);
});

const skip = typeof platformOf(thisMachine()) === 'string' ? 'no TensorFlow library for this machine' : false;

test('--check names what is missing, one line each, and changes nothing', { skip }, async () => {
  using scratch = new Scratch();
  const env = { PATH: scratch.folder, STAGECRAFT_CACHE: scratch.path('cache') };
  const { status, stdout } = await startNode([nativeFile('setup.mjs'), '--check'], env).ended;
  assert.equal(status, 1);
  assert.equal(stdout.match(/^ {2}python3 is missing: .*$/gm)?.length, 1);
  assert.equal(stdout.match(/^ {2}g\+\+ is missing: .*$/gm)?.length, 1);
  assert.match(stdout, /^backend: wasm/m);
  assert.deepEqual(fs.readdirSync(scratch.folder), []);
});

test('what set-up costs is said in megabytes, disk and minutes', () => {
  const [first, second] = announcement([packagesCost('here')]);
  assert.match(first ?? '', /\d+ MB to download, \d+ MB of disk, about \d+ minutes? /);
  assert.match(second ?? '', /^ {2}node packages: .* in here$/);
});
