import assert from 'node:assert/strict';
import test from 'node:test';
import { loadNative, Scratch, standIns } from './support.js';

const { probe } = (await loadNative('probe.mjs')) as {
  probe: (need: {
    platform: object;
    avx: boolean;
    cache: string;
    megabytes: number;
  }) => Promise<{ problems: string[] }>;
};
const platform = { needsAvx: true, install: { python: 'get python3', compiler: 'get g++' } };

async function problemsWith(searchPath: string, cache: string, megabytes = 1, env: NodeJS.ProcessEnv = {}) {
  const before = { ...process.env };
  Object.assign(process.env, env, { PATH: searchPath });
  try {
    return (await probe({ platform, avx: true, cache, megabytes })).problems;
  } finally {
    process.env = before;
  }
}

test('a machine that has all lacks nothing, and the cache folder is not made', async () => {
  using scratch = new Scratch();
  assert.deepEqual(await problemsWith(standIns(scratch), scratch.path('cache/not/yet')), []);
});

test('missing python3 and g++ are one line each with the way to get them', async () => {
  using scratch = new Scratch();
  assert.deepEqual(await problemsWith(scratch.folder, scratch.folder), [
    'python3 is missing: get python3.',
    'g++ is missing: get g++.',
  ]);
});

test('python3 is not asked for when nothing is to be downloaded', async () => {
  using scratch = new Scratch();
  assert.deepEqual(await problemsWith(scratch.folder, scratch.folder, 0), ['g++ is missing: get g++.']);
});

test('a python3 without pip, and one whose pip is too old, are told', async () => {
  using scratch = new Scratch();
  const searchPath = standIns(scratch);
  assert.match(
    String(await problemsWith(searchPath, scratch.folder, 1, { STUB_PIP: '18.1' })),
    /^pip 18\.1 is too old/,
  );
  scratch.write('bin/python3', '#!/bin/sh\nexit 1\n', 0o755);
  assert.deepEqual(await problemsWith(searchPath, scratch.folder), ['python3 has no pip: get python3.']);
});

test('a g++ that compiles no C++17 is told before the download', async () => {
  using scratch = new Scratch();
  const searchPath = standIns(scratch);
  scratch.write('bin/g++', '#!/bin/sh\necho "fatal error: string_view: no such file" >&2\nexit 1\n', 0o755);
  assert.deepEqual(await problemsWith(searchPath, scratch.folder), [
    'g++ does not compile C++17 (fatal error: string_view: no such file): get g++.',
  ]);
});

test('a disk with less room than needed is told', async () => {
  using scratch = new Scratch();
  const [line, ...more] = await problemsWith(standIns(scratch), scratch.folder, 1e15);
  assert.match(line ?? '', /MB free and 1000000000000000 MB are needed: make room/);
  assert.deepEqual(more, []);
});

test('a library that does not load is one line, and the process that tried it is another one', async () => {
  using scratch = new Scratch();
  const { loadTest } = (await loadNative('binding.mjs')) as {
    loadTest: (folder: string, libraryPath: string[]) => Promise<string | undefined>;
  };
  scratch.write('tfjs_binding.node', 'no library');
  assert.match(
    (await loadTest(scratch.folder, [])) ?? '',
    /^The TensorFlow library does not load \(Error: .*\): delete .*$/,
  );
});
