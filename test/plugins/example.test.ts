/** The example package, packed and installed as a user installs it, and run by the real command line. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stagecraft } from '../support/command.js';
import { Scratch } from '../support/scratch.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const example = join(root, 'examples/stagecraft-noise');

/** npm by the script that runs us, or the one on the PATH; without a network, without install scripts. */
function npm(folder: string, ...args: readonly string[]): string {
  return execFileSync('npm', [...args, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A project in which the package is installed from its packed archive. Stagecraft itself is linked: packing it would take its dependencies from a registry. */
async function project(packageJson: object = {}): Promise<Scratch> {
  const scratch = await Scratch.make();
  await scratch.write('package.json', JSON.stringify({ name: 'mine', private: true, ...packageJson }));
  const packed = npm(example, 'pack', '--pack-destination', scratch.folder).trim().split('\n').at(-1)!;
  npm(scratch.folder, 'install', '--legacy-peer-deps', '--no-save', `./${packed}`);
  await symlink(root, scratch.path('node_modules/stagecraft'), 'dir');
  await copyFile(scratch.path('node_modules/stagecraft-noise/noise.yaml'), scratch.path('noise.yaml'));
  return scratch;
}

test('a spec that names a plugin is refused until that is allowed, and then runs with its stage, images, metric and layer', async () => {
  await using scratch = await project();
  const refused = await stagecraft(scratch.folder, 'run', 'noise.yaml');
  assert.equal(refused.status, 2);
  assert.match(
    refused.stderr,
    /^noise\.yaml:\d+:\d+ This spec wants to load "stagecraft-noise", which runs its code/,
  );
  assert.match(refused.stderr, /--allow-plugin stagecraft-noise/);

  const allow = ['--allow-plugin', 'stagecraft-noise'];
  const run = await stagecraft(scratch.folder, 'run', 'noise.yaml', ...allow);
  assert.equal(run.status, 0, run.stderr);
  assert.match(
    run.stdout,
    /\| net +\| sd \| top-1 error, % \(95% interval\) \| negative log-likelihood, nats \|/,
  );
  assert.match(run.stdout, /^\| small \| 3 +\| [\d.]+ \([\d.]+-[\d.]+\) +\| \d+\.\d +\|$/m);
  assert.match(run.stdout, /net small; width 0\.0625.*trained on \d+ images of stripes; S = 48 px/);

  const again = await stagecraft(scratch.folder, 'run', 'noise.yaml', ...allow);
  assert.match(again.stdout, /Nothing to do/);
  const { stdout } = await stagecraft(scratch.folder, 'plan', 'noise.yaml', ...allow, '--json');
  const { tasks } = JSON.parse(stdout) as { tasks: { kind: string; dataset: { kind: string } | null }[] };
  assert.equal(tasks.filter(({ kind }) => kind === 'noise').length, 2);
  assert.equal(tasks[0]!.dataset!.kind, 'stripes');
});

test('a project can allow a plugin for good', async () => {
  await using scratch = await project({ stagecraft: { plugins: ['stagecraft-noise'] } });
  const { status, stderr, stdout } = await stagecraft(scratch.folder, 'validate', 'noise.yaml');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /noise\.yaml: right, 9 tasks\./);
});

test("mistakes in a plugin's keys are told like those in ours", async () => {
  await using scratch = await project({ stagecraft: { plugins: ['stagecraft-noise'] } });
  const sets = [
    '--set',
    'stages.noisy.sdd=1',
    '--set',
    'data.perClas=3',
    '--set',
    'nets.small.layers=[{kind: gian}]',
  ];
  const { status, stderr } = await stagecraft(scratch.folder, 'validate', 'noise.yaml', ...sets);
  assert.equal(status, 2);
  assert.match(stderr, /Unknown key "sdd" in stages\.noisy\. Did you mean "sd"\?/);
  assert.match(stderr, /Unknown key "perClas" in data\. Did you mean "perClass"\?/);
  assert.match(stderr, /"gian", but must be one of .*gain.*Did you mean "gain"\?/);
});

test('the types that plugins are written against are right for the example', () => {
  const files = ['index.js', 'gain.js', 'nll.js', 'noise.js', 'stripes.js'].map((name) =>
    join(example, name),
  );
  const options = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--skipLibCheck'];
  const paths = join(root, 'test/plugins/tsconfig.json');
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', paths], {
      encoding: 'utf8',
    });
  } catch (error) {
    assert.fail(`${options.join(' ')} ${files.join(' ')}\n${String((error as { stdout?: string }).stdout)}`);
  }
});
