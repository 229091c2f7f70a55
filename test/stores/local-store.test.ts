import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryReader } from '../../src/stores/artifact-files.js';
import { LocalStore } from '../../src/stores/local-store.js';
import { digestBytes, digestValue } from '../../src/util/digest.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { isAlive, ownProcess, processPlace } from '../../src/util/process-identity.js';
import { TEST_ENVIRONMENT } from '../support/inline-executor.js';
import { Scratch } from '../support/scratch.js';
import { numberTask } from '../support/toy.js';

const TASK = numberTask('one', 1);
const PUBLICATION = {
  inputs: { images: 'f'.repeat(64) },
  environment: TEST_ENVIRONMENT,
  startedAt: new Date(Date.UTC(2026, 0, 1)),
  seconds: 2,
};

async function make(store: LocalStore, text = 'text') {
  const attempt = await store.begin(TASK);
  await writeFile(join(attempt.directory, 'a.txt'), text);
  return store.publish(attempt, PUBLICATION);
}

async function withStore(body: (store: LocalStore, scratch: Scratch) => Promise<void>): Promise<void> {
  await using scratch = await Scratch.make();
  await body(new LocalStore(scratch.folder, new NodeDisk()), scratch);
}

test('a manifest says what was asked, what was read and made, with what, where and when', async () => {
  await withStore(async (store) => {
    const execution = await make(store);
    const file = join(store.directoryOf(execution), 'manifest.json');
    const manifest = JSON.parse(Buffer.from(await new NodeDisk().readFile(file)).toString()) as unknown;
    const files = { 'a.txt': { bytes: 4, sha256: digestBytes('text') } };
    assert.deepEqual(manifest, {
      ...{ format: 1, recipe: TASK.recipe, kind: 'number', version: '1', parameters: { value: 1 }, files },
      ...{ inputs: PUBLICATION.inputs, output: digestValue(files), environment: TEST_ENVIRONMENT },
      ...{ host: hostname(), startedAt: '2026-01-01T00:00:00.000Z', seconds: 2 },
    });
    assert.deepEqual(execution, manifest);
  });
});

test('a published artifact leaves no attempt behind', async () => {
  await withStore(async (store, scratch) => {
    await make(store);
    assert.deepEqual(await readdir(scratch.path('work', TASK.recipe)), []);
  });
});

for (const [what, spoil] of [
  ['without a manifest', (path: string) => new NodeDisk().remove(path)],
  ['with a manifest that was cut short', (path: string) => truncate(path, 100)],
  ['with an empty manifest', (path: string) => truncate(path, 0)],
  ['with a manifest that is no object', (path: string) => writeFile(path, 'null')],
  ['with a manifest of another format', (path: string) => writeFile(path, '{"format":2,"output":"0"}')],
  ['with a manifest that says too little', (path: string) => writeFile(path, '{"format":1,"output":"0"}')],
] as const) {
  test(`a folder ${what} is no artifact, and does not stand in the way of the next one`, async () => {
    await withStore(async (store, scratch) => {
      const execution = await make(store);
      await spoil(join(store.directoryOf(execution), 'manifest.json'));
      assert.deepEqual(await store.executions(TASK.kind, TASK.recipe), []);
      await make(store);
      assert.equal((await store.executions(TASK.kind, TASK.recipe)).length, 1);
      assert.equal((await readdir(scratch.path('damaged'))).length, 1);
    });
  });
}

test('an artifact under the recipe or the name of another is none', async () => {
  await withStore(async (store, scratch) => {
    const disk = new NodeDisk();
    const execution = await make(store);
    const bytes = await disk.readFile(join(store.directoryOf(execution), 'manifest.json'));
    for (const folder of [`number/other/0-0`, `number/${TASK.recipe}/0-0`])
      await scratch.write(`${folder}/manifest.json`, bytes);
    assert.deepEqual(await store.executions('number', 'other'), []);
    assert.equal((await store.executions('number', TASK.recipe)).length, 1);
  });
});

test('two stores that publish the same bits at once leave one whole artifact', async () => {
  await withStore(async (store, scratch) => {
    const other = new LocalStore(scratch.folder, new NodeDisk());
    const made = await Promise.all([store, other, store, other].map((each) => make(each)));
    assert.deepEqual(new Set(made.map((execution) => store.directoryOf(execution))).size, 1);
    assert.deepEqual(await readdir(scratch.path('number', TASK.recipe)), [
      ...new Set(made.map((execution) => store.directoryOf(execution).split('/').at(-1)!)),
    ]);
    assert.deepEqual(await readdir(scratch.path('work', TASK.recipe)), []);
  });
});

test('an artifact that lost a file is damaged', async () => {
  await withStore(async (store) => {
    const execution = await make(store);
    await new NodeDisk().remove(join(store.directoryOf(execution), 'a.txt'));
    await assert.rejects(store.read(execution, 'a.txt'), {
      name: 'DamagedArtifactError',
      message: /is gone/,
    });
  });
});

async function read(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

test('a file that is read in parts is compared with the manifest at its end', async () => {
  await withStore(async (store) => {
    const execution = await make(store);
    const folder = store.directoryOf(execution);
    const reader = new DirectoryReader(new NodeDisk(), folder, execution);
    assert.deepEqual(await read(reader.readParts('a.txt')), Buffer.from(await reader.read('a.txt')));
    await writeFile(join(folder, 'a.txt'), 'something else');
    await assert.rejects(read(reader.readParts('a.txt')), /is not what was stored/);
    await new NodeDisk().remove(join(folder, 'a.txt'));
    await assert.rejects(read(reader.readParts('a.txt')), /is gone/);
  });
});

test('attempts of processes of this host that have ended are removed, all others stay', async () => {
  await withStore(async (store, scratch) => {
    const child = spawn('true');
    await once(child, 'exit');
    const host = processPlace();
    const { pid, start } = ownProcess();
    const work = scratch.path('work', TASK.recipe);
    const dead = [`${host}.${child.pid!}.${start}.1`, `${host}.${pid}.00000000-1.1`];
    const alive = [`${host}.${pid}.${start}.99`, `elsewhere.${child.pid!}.${start}.1`];
    for (const name of [...dead, ...alive]) await mkdir(join(work, name), { recursive: true });
    const { directory } = await store.begin(TASK);
    assert.deepEqual((await readdir(work)).sort(), [...alive, directory.split('/').at(-1)!].sort());
  });
});

test('a process is told from a later one with the same number, and is dead once it has ended', async () => {
  const own = ownProcess();
  assert.ok(isAlive(own));
  if (process.platform === 'linux') assert.ok(!isAlive({ ...own, start: '00000000-1' }));
  const child = spawn('true');
  await once(child, 'exit');
  assert.ok(!isAlive({ pid: child.pid!, start: own.start }));
});

test(
  'a process that has ended but was not waited for is dead',
  { skip: process.platform !== 'linux' },
  async () => {
    // The shell's child ends when the shell has become a program that never waits for it.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const { readFile } = await import('node:fs/promises');
      let stat = '';
      while (!stat.includes(') Z')) stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).slice(0, 8);
      const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
      assert.ok(!isAlive({ pid, start: `${boot}-${ticks}` }));
    } finally {
      parent.kill('SIGKILL');
    }
  },
);
