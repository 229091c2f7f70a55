import assert from 'node:assert/strict';
import test from 'node:test';
import { diskProblem } from '../../src/util/disk.js';
import { PatientDisk, PAUSES_MS } from '../../src/util/patient-disk.js';
import { FailingDisk, type Fault } from '../support/failing-disk.js';
import { diskError, MemoryDisk } from '../support/memory-disk.js';

/** A disk that fails on purpose, with patience, and the pauses that were made. */
function patient(inner: MemoryDisk, fault?: Fault) {
  const pauses: number[] = [];
  const disk = new PatientDisk(new FailingDisk(inner, fault), (ms) => Promise.resolve(pauses.push(ms)));
  return { disk, pauses };
}

/** Reads give the first bytes and then an error, some times. */
class Stumbling extends MemoryDisk {
  left = 2;

  override readFile(path: string): Promise<Uint8Array> {
    return this.#stumbles('read', path) ?? super.readFile(path);
  }

  override list(path: string): Promise<string[]> {
    return this.#stumbles('scandir', path) ?? super.list(path);
  }

  override async *readParts(path: string): AsyncIterable<Uint8Array> {
    const bytes = await super.readFile(path);
    // Other parts at each try.
    for (let at = 0; at < bytes.length; at += 2 + this.left) {
      if (at > 3) await this.#stumbles('read', path);
      yield bytes.subarray(at, at + 2 + this.left);
    }
  }

  #stumbles(syscall: string, path: string): Promise<never> | undefined {
    if (this.left === 0) return undefined;
    this.left -= 1;
    return Promise.reject(diskError('ESTALE', syscall, path));
  }
}

test('what stays broken is tried five times with growing pauses, and the message says so', async () => {
  const { disk, pauses } = patient(new MemoryDisk(), {
    at: 1,
    code: 'ETIMEDOUT',
    done: 'nothing',
    stays: true,
  });
  const error: unknown = await disk.writeFile('/d/f', 'x').catch((thrown: unknown) => thrown);
  assert.deepEqual(pauses, PAUSES_MS);
  assert.deepEqual(
    pauses,
    pauses.toSorted((a, b) => a - b),
  );
  assert.equal(
    diskProblem(error),
    "There was no answer in time (ETIMEDOUT: made by a test, writeFile '/d/f', tried 5 times).",
  );
});

for (const code of ['ENOSPC', 'EROFS', 'EACCES'] as const)
  test(`${code} is not tried again`, async () => {
    const { disk, pauses } = patient(new MemoryDisk(), { at: 1, code, done: 'nothing', stays: false });
    await assert.rejects(disk.writeFile('/d/f', 'x'), { code });
    assert.deepEqual(pauses, []);
  });

test('reads and lists are tried again; of a file in parts what was given is not given twice', async () => {
  const inner = new Stumbling();
  await inner.makeDirectory('/d');
  await inner.writeFile('/d/f', 'abcdefghij');
  const disk = new PatientDisk(inner, () => Promise.resolve());
  assert.equal(Buffer.from(await disk.readFile('/d/f')).toString(), 'abcdefghij');
  inner.left = 2;
  assert.deepEqual(await disk.list('/d'), ['f']);
  inner.left = 3;
  let text = '';
  for await (const part of disk.readParts('/d/f')) text += Buffer.from(part).toString();
  assert.equal(text, 'abcdefghij');
  assert.equal(inner.left, 0, 'it had stumbled');
});

test('a rename that was done though it failed is seen to be done; what somebody else took away is not', async () => {
  const inner = new MemoryDisk();
  await inner.makeDirectory('/d');
  await inner.writeFile('/d/from', 'new');
  await inner.writeFile('/d/to', 'old');
  const { disk } = patient(inner, { at: 1, code: 'EIO', done: 'all', stays: false });
  assert.equal(await disk.rename('/d/from', '/d/to'), true);
  assert.equal(Buffer.from(await inner.readFile('/d/to')).toString(), 'new');
  await assert.rejects(disk.rename('/d/from', '/d/to'), { code: 'ENOENT' });
});

for (const done of ['nothing', 'all'] as const)
  test(`a lease is taken by the second try, after the first had done ${done} of it`, async () => {
    const inner = new MemoryDisk();
    await inner.makeDirectory('/d');
    const { disk } = patient(inner, { at: 1, code: 'ESTALE', done, stays: false });
    const lease = disk.lease('/d/lease');
    assert.equal(await lease.take(), undefined);
    assert.notEqual(await disk.lease('/d/lease').take(), undefined);
    await lease.release();
    assert.deepEqual(await inner.list('/d'), []);
  });

test('what is appended to a log is not appended again', async () => {
  const inner = new MemoryDisk();
  await inner.makeDirectory('/d');
  const { disk, pauses } = patient(inner, { at: 2, code: 'EIO', done: 'all', stays: false });
  const log = await disk.openLog('/d/log', true);
  await assert.rejects(log.append('a line\n'), { code: 'EIO' });
  assert.deepEqual(pauses, []);
  assert.equal(Buffer.from(await inner.readFile('/d/log')).toString(), 'a line\n');
});
