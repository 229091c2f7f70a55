/** What `npm pack` makes of the product: all that it needs, and nothing else. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Scratch } from '../support/scratch.js';

const npm = (folder: string, ...args: readonly string[]) =>
  execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

test('the packed product validates what is packed with it, and brings its compiled schemas but no tests', async () => {
  await using scratch = await Scratch.make();
  const [packed] = JSON.parse(npm('.', 'pack', '--json', '--pack-destination', scratch.folder)) as [
    { filename: string; files: { path: string }[] },
  ];
  execFileSync('tar', ['xzf', packed.filename], { cwd: scratch.folder });
  symlinkSync(resolve('node_modules'), join(scratch.folder, 'node_modules'));
  const product = join(scratch.folder, 'package');
  const specs = await readdir(join(product, 'experiments/vgg'));
  const output = execFileSync(
    process.execPath,
    [join(product, 'build/src/cli.js'), 'validate', ...specs.map((name) => `experiments/vgg/${name}`)],
    { cwd: product, encoding: 'utf8' },
  );
  assert.equal(output.trim().split('\n').length, specs.length);
  const paths = packed.files.map(({ path }) => path);
  assert.ok(paths.some((path) => /^build\/src\/compiled-schemas\/.*\.cjs$/.test(path)));
  assert.deepEqual(
    paths.filter((path) => /(^|\/)(test|bench\/(?!torch_net\.py)|runs|shared)\//.test(path)),
    [],
  );
});
