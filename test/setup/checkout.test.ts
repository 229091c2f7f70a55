import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { loadNative, Scratch } from './support.js';

const { packagesReady, npmCommand } = (await loadNative('packages.mjs')) as {
  packagesReady: (root: string) => boolean;
  npmCommand: (env: NodeJS.ProcessEnv) => string[] | undefined;
};
const { compiledReady, compileSources } = (await loadNative('compile.mjs')) as {
  compiledReady: (root: string) => boolean;
  compileSources: (job: { root: string; say: (line: string) => void }) => Promise<string | undefined>;
};
const { cacheFolder } = (await loadNative('cache.mjs')) as {
  cacheFolder: (env: NodeJS.ProcessEnv) => string;
};
const say = () => undefined;

test('node packages are ready when npm recorded those of the lock file, other platforms apart', () => {
  using scratch = new Scratch();
  const packages = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/windows-only': { version: '1.0.0', integrity: 'sha512-w', optional: true },
  };
  scratch.write('package-lock.json', JSON.stringify({ packages }));
  assert.equal(packagesReady(scratch.folder), false);
  const record = (found: object) =>
    scratch.write(
      'node_modules/.package-lock.json',
      JSON.stringify({ packages: { 'node_modules/a': found } }),
    );
  record(packages['node_modules/a']);
  assert.equal(packagesReady(scratch.folder), false, 'recorded, but its folder is gone');
  scratch.write('node_modules/a/package.json', '{}');
  assert.equal(packagesReady(scratch.folder), true);
  record({ version: '1.0.0', integrity: 'sha512-other' });
  assert.equal(packagesReady(scratch.folder), false);
});

test('npm is the one that started us, else the one on the PATH', () => {
  using scratch = new Scratch();
  assert.deepEqual(npmCommand({ npm_execpath: '/x/npm-cli.js' }), [process.execPath, '/x/npm-cli.js']);
  assert.equal(npmCommand({ npm_execpath: '/x/yarn.js', PATH: scratch.folder }), undefined);
  const npm = scratch.write('npm', '#!/bin/sh\n', 0o755);
  assert.deepEqual(npmCommand({ PATH: scratch.folder }), [npm]);
});

test('sources are compiled when one changed, and outputs without a source go', async () => {
  using scratch = new Scratch();
  const root = scratch.folder;
  for (const file of ['tsconfig.json', 'package.json', 'package-lock.json']) scratch.write(file, '{}');
  scratch.write('node_modules/typescript/bin/tsc', '');
  scratch.write('src/kept.ts', '');
  scratch.write('test/gone.test.ts', '');
  scratch.write('build/src/older.js', 'of a source that nobody remembers');
  assert.equal(compiledReady(root), false);
  assert.equal(await compileSources({ root, say }), undefined);
  assert.equal(compiledReady(root), true);
  assert.ok(!fs.existsSync(scratch.path('build/src/older.js')));

  for (const end of ['js', 'js.map', 'd.ts']) scratch.write(`build/test/gone.test.${end}`, '');
  scratch.write('build/src/kept.js', '');
  fs.rmSync(scratch.path('test/gone.test.ts'));
  assert.equal(compiledReady(root), false);
  assert.equal(await compileSources({ root, say }), undefined);
  assert.deepEqual(fs.readdirSync(scratch.path('build/test')), []);
  assert.ok(fs.existsSync(scratch.path('build/src/kept.js')));

  scratch.write('src/kept.ts', 'export {};');
  assert.equal(compiledReady(root), false);
});

test('what tsc complains of is handed on, and the next run compiles again', async () => {
  using scratch = new Scratch();
  const root = scratch.folder;
  scratch.write('tsconfig.json', '{}');
  scratch.write(
    'node_modules/typescript/bin/tsc',
    'console.log("src/a.ts(1,1): error TS1"); process.exit(2);',
  );
  assert.match((await compileSources({ root, say })) ?? '', /^src\/a\.ts\(1,1\): error TS1\n/);
  assert.equal(compiledReady(root), false);
});

test('the cache is STAGECRAFT_CACHE, else the XDG folder, else ~/.cache', () => {
  assert.equal(cacheFolder({ STAGECRAFT_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a');
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/b' }), '/b/stagecraft');
  assert.match(cacheFolder({ XDG_CACHE_HOME: 'relative' }), /\/\.cache\/stagecraft$/);
});
