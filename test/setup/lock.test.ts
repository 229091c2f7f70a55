import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { loadNative, nativeFile, Scratch, startNode } from './support.js';

interface Owner {
  place: string;
  pid: number;
  started: string;
}
interface Lock {
  release: () => void;
}
const { lock, tryLock, thisOwner } = (await loadNative('lock.mjs')) as {
  lock: (file: string, onWait?: (owner?: Owner) => void, pollMs?: number) => Promise<Lock>;
  tryLock: (file: string) => Lock | undefined;
  thisOwner: () => Owner;
};

test('a lock has one holder at a time, and leaves nothing behind', () => {
  using scratch = new Scratch();
  const file = scratch.path('lock');
  const first = tryLock(file);
  assert.ok(first);
  assert.equal(tryLock(file), undefined);
  first.release();
  const second = tryLock(file);
  assert.ok(second);
  second.release();
  assert.deepEqual(fs.readdirSync(scratch.folder), []);
});

test('who waits for a lock is told once, and gets it when it is free', async () => {
  using scratch = new Scratch();
  const file = scratch.path('lock');
  const first = tryLock(file);
  let told = 0;
  const second = lock(file, () => told++, 5);
  await new Promise((resolve) => setTimeout(resolve, 60));
  first?.release();
  (await second).release();
  assert.equal(told, 1);
});

test('a lock of a process that died is broken', async () => {
  using scratch = new Scratch();
  const file = scratch.path('lock');
  const script = `const { tryLock } = await import(${JSON.stringify(nativeFile('lock.mjs'))});
    tryLock(${JSON.stringify(file)}); process.kill(process.pid, 'SIGKILL');`;
  await startNode(['--input-type=module', '-e', script]).ended;
  assert.ok(fs.existsSync(file));
  const mine = tryLock(file);
  assert.ok(mine);
  mine.release();
});

test(
  'a lock whose process id now belongs to a later process is broken',
  { skip: process.platform !== 'linux' },
  () => {
    using scratch = new Scratch();
    const file = scratch.write('lock', JSON.stringify({ ...thisOwner(), started: '1' }));
    const mine = tryLock(file);
    assert.ok(mine);
    mine.release();
  },
);

test('a lock held elsewhere is kept while it is touched, and broken after two minutes of silence', () => {
  using scratch = new Scratch();
  const file = scratch.write('lock', JSON.stringify({ place: 'another host', pid: 1, started: '' }));
  assert.equal(tryLock(file), undefined);
  const longAgo = new Date(Date.now() - 121_000);
  fs.utimesSync(file, longAgo, longAgo);
  const mine = tryLock(file);
  assert.ok(mine);
  mine.release();
});
