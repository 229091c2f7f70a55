import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import test from 'node:test';
import { senderLock } from '../../../src/trackers/sync/sender-lock.js';
import { ownName } from '../../../src/util/process-identity.js';
import { digestBytes } from '../../../src/util/digest.js';
import { Scratch } from '../../support/scratch.js';

const URL = 'http://localhost:5000';
const FILE = `sender-${digestBytes(URL).slice(0, 8)}`;

test('one of many has the lock, and the next once it is released', async () => {
  await using scratch = await Scratch.make();
  const locks = Array.from({ length: 8 }, () => senderLock(scratch.folder, URL));
  const owners = await Promise.all(locks.map((lock) => lock.take()));
  assert.equal(owners.filter((owner) => owner === undefined).length, 1);
  await locks[owners.indexOf(undefined)]!.release();
  assert.equal(await senderLock(scratch.folder, URL).take(), undefined);
});

test('the lock of a process that is gone is taken over, by one', async () => {
  await using scratch = await Scratch.make();
  const gone = ownName().replace(/\.\d+\./, '.999999999.');
  for (const content of [gone, `${ownName()}9`]) {
    await scratch.write(FILE, content);
    const owners = await Promise.all(Array.from({ length: 4 }, () => senderLock(scratch.folder, URL).take()));
    assert.equal(owners.filter((owner) => owner === undefined).length, 1, content);
  }
});

test('the lock of another host counts until it has been silent for two minutes', async () => {
  await using scratch = await Scratch.make();
  const path = await scratch.write(FILE, 'elsewhere.1.2');
  const lock = senderLock(scratch.folder, URL);
  assert.equal(await lock.take(), 'elsewhere.1.2');
  const before = new Date(Date.now() - 121_000);
  await utimes(path, before, before);
  assert.equal(await lock.take(), undefined);
  await lock.release();
  assert.equal(await senderLock(scratch.folder, URL).take(), undefined);
});

test('a delivery to one server does not hold up that to another', async () => {
  await using scratch = await Scratch.make();
  assert.equal(await senderLock(scratch.folder, URL).take(), undefined);
  assert.equal(await senderLock(scratch.folder, 'http://localhost:5001').take(), undefined);
});
