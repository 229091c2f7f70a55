import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { loadNative, nativeFile, Scratch, standInCheckout, standIns, startNode } from './support.js';

interface Platform {
  name: string;
  compilerFlags: string[];
  libraries: string[];
  wheel: { version: string; sha256: string };
}
const { wantedEntry } = (await loadNative('native.mjs')) as {
  wantedEntry: (choice: { root: string; platform: Platform; gpu: boolean; cache: string }) => {
    key: string;
    entry: string;
  };
};
const { PLATFORMS, platformOf, thisMachine } = (await loadNative('platforms.mjs')) as {
  PLATFORMS: Record<string, Platform>;
  platformOf: (machine: object) => Platform | string;
  thisMachine: () => { avx: boolean };
};
const machine = thisMachine();
const skip =
  typeof platformOf(machine) === 'string' || !machine.avx ? 'no TensorFlow library for this machine' : false;

/** One set-up of the native part in a process of its own, with stand-ins for all that costs. */
function setUp(scratch: Scratch, env: NodeJS.ProcessEnv = {}) {
  const script = `const { ensureNative } = await import(${JSON.stringify(nativeFile('native.mjs'))});
    const [root, cache] = process.argv.slice(1);
    const job = { root, cache, gpu: false, say: console.error, load: async () => undefined };
    console.log(JSON.stringify(await ensureNative(job)));`;
  const args = ['--input-type=module', '-e', script, standInCheckout(scratch), scratch.path('cache')];
  return startNode(args, { PATH: standIns(scratch), ...env });
}
const log = (scratch: Scratch, part: string) =>
  fs.readFileSync(scratch.path('log'), 'utf8').split('\n').filter((line) => line.includes(part)); // prettier-ignore
const recordIn = (stdout: string) =>
  JSON.parse(stdout) as { backend: string; reason?: string; binding?: string };

test('two set-ups at once do the work once, and the second says once that it waits', { skip }, async () => {
  using scratch = new Scratch();
  const both = await Promise.all([
    setUp(scratch, { STUB_SECONDS: '0.6' }).ended,
    setUp(scratch, { STUB_SECONDS: '0.6' }).ended,
  ]);
  const [first, second] = both.map(({ stdout }) => recordIn(stdout));
  assert.ok(first);
  assert.equal(first.backend, 'tensorflow');
  assert.deepEqual(second, first);
  assert.equal(log(scratch, 'pip download').length, 1);
  assert.equal(log(scratch, 'tfjs_binding.node').length, 1);
  const said = both.map(({ stderr }) => stderr).join('');
  assert.equal(said.match(/Waiting for another set-up/g)?.length, 1);
  assert.deepEqual(fs.readdirSync(scratch.path('cache')), [path.basename(path.dirname(first.binding ?? ''))]);
});

test('the second set-up starts no program', { skip }, async () => {
  using scratch = new Scratch();
  await setUp(scratch).ended;
  fs.rmSync(scratch.path('log'));
  assert.equal((await setUp(scratch).ended).stderr, '');
  assert.ok(!fs.existsSync(scratch.path('log')));
});

test('a killed set-up leaves no entry, and the next one removes what it left', { skip }, async () => {
  using scratch = new Scratch();
  const { child, ended } = setUp(scratch, { STUB_SECONDS: '2' });
  while (!fs.existsSync(scratch.path('log')) || log(scratch, 'pip download').length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  await ended;
  const left = fs.readdirSync(scratch.path('cache'));
  assert.ok(
    left.length === 2 &&
      left.some((name) => name.includes('.partial-')) &&
      left.some((name) => name.endsWith('.lock')),
  );
  assert.equal(recordIn((await setUp(scratch).ended).stdout).backend, 'tensorflow');
  assert.equal(fs.readdirSync(scratch.path('cache')).length, 1);
});

test('a failed download is one line, leaves nothing, and the next set-up tries again', { skip }, async () => {
  using scratch = new Scratch();
  const { stdout, stderr } = await setUp(scratch, { STUB_FAILS: '1' }).ended;
  const { backend, reason } = recordIn(stdout);
  assert.equal(backend, 'wasm');
  assert.match(reason ?? '', /by pip failed \(ERROR: no route to host\)/);
  assert.equal(stderr.trim().split('\n').at(-1), `${reason ?? ''} Continuing with the slower wasm backend.`);
  assert.deepEqual(fs.readdirSync(scratch.path('cache')), []);
  assert.equal(recordIn((await setUp(scratch).ended).stdout).backend, 'tensorflow');
});

test('a binding with other sources takes the library that is there', { skip }, async () => {
  using scratch = new Scratch();
  const first = recordIn((await setUp(scratch).ended).stdout);
  fs.rmSync(scratch.path('log'));
  const root = standInCheckout(scratch);
  fs.writeFileSync(
    path.join(root, 'node_modules/@tensorflow/tfjs-node-gpu/binding/patched.h'),
    'int patched;',
  );
  const second = recordIn((await setUp(scratch).ended).stdout);
  assert.notEqual(second.binding, first.binding);
  assert.equal(log(scratch, 'python3').length, 0);
  assert.ok(fs.existsSync(path.join(path.dirname(second.binding ?? ''), 'lib/library')));
});

test('a damaged entry is made again', { skip }, async () => {
  using scratch = new Scratch();
  const { binding } = recordIn((await setUp(scratch).ended).stdout);
  fs.truncateSync(binding ?? '', 1);
  assert.equal(recordIn((await setUp(scratch).ended).stdout).binding, binding);
  assert.equal(fs.readFileSync(binding ?? '', 'utf8'), 'binding\n');
});

test('the name of the entry changes with every input, and with nothing else', () => {
  using scratch = new Scratch();
  const root = standInCheckout(scratch);
  const linux = PLATFORMS['linux-x64'];
  assert.ok(linux);
  const key = (platform: Platform = linux, gpu = false) =>
    wantedEntry({ root, platform, gpu, cache: scratch.folder }).key;
  const keys = [
    key(),
    key(linux, true),
    key({ ...linux, name: 'linux-arm64' }),
    key({ ...linux, wheel: { ...linux.wheel, sha256: '0'.repeat(64) } }),
    key({ ...linux, wheel: { ...linux.wheel, version: '2.22.0' } }),
    key({ ...linux, compilerFlags: [...linux.compilerFlags, '-g'] }),
    key({ ...linux, libraries: ['other.so'] }),
  ];
  scratch.write('root/node_modules/node-api-headers/package.json', '{"version": "1.9.1"}');
  keys.push(key());
  scratch.write('root/node_modules/@tensorflow/tfjs-node-gpu/binding/utils.h', 'int changed;');
  keys.push(key());
  assert.equal(new Set(keys).size, keys.length);
  standInCheckout(scratch);
  assert.equal(key(), keys[0]);
  assert.equal(
    wantedEntry({ root, platform: linux, gpu: false, cache: scratch.path('elsewhere') }).key,
    keys[0],
  );
});
