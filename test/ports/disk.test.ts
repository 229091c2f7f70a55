/** What every {@link Disk} must do, on the real file system and on the one of the tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Disk, diskProblem, isMissing } from '../../src/util/disk.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { PatientDisk } from '../../src/util/patient-disk.js';
import { FailingDisk } from '../support/failing-disk.js';
import { diskError, MemoryDisk } from '../support/memory-disk.js';
import { Scratch } from '../support/scratch.js';

const DISKS: Readonly<Record<string, () => Disk>> = {
  "Node's disk": () => new NodeDisk(),
  'the disk in memory': () => new MemoryDisk(),
  'the patient disk': () => new PatientDisk(new NodeDisk()),
  'the failing disk without a fault': () => new FailingDisk(new MemoryDisk()),
};

async function text(disk: Disk, path: string): Promise<string> {
  return Buffer.from(await disk.readFile(path)).toString();
}

for (const [name, create] of Object.entries(DISKS)) {
  const check = (sentence: string, body: (disk: Disk, folder: string) => Promise<void>) => {
    test(`${name}: ${sentence}`, async () => {
      await using scratch = await Scratch.make();
      const disk = create();
      const folder = scratch.path('a/b');
      await disk.makeDirectory(folder);
      await body(disk, folder);
    });
  };

  check('writes whole files and reads them, text and bytes', async (disk, folder) => {
    await disk.writeFile(`${folder}/f`, 'longer text');
    await disk.writeFile(`${folder}/f`, 'täxt');
    assert.equal(await text(disk, `${folder}/f`), 'täxt');
    await disk.writeFile(`${folder}/f`, Uint8Array.of(0, 255));
    assert.deepEqual([...(await disk.readFile(`${folder}/f`))], [0, 255]);
  });

  check('says that what is not there is missing', async (disk, folder) => {
    await assert.rejects(disk.readFile(`${folder}/f`), isMissing);
    await assert.rejects(disk.writeFile(`${folder}/no/f`, ''), isMissing);
    await assert.rejects(disk.syncDirectory(`${folder}/no`), isMissing);
    await assert.rejects(disk.rename(`${folder}/no`, `${folder}/yes`), isMissing);
    assert.deepEqual(await disk.list(`${folder}/no`), []);
    await disk.remove(`${folder}/no`);
  });

  check('lists names in order, and only its own', async (disk, folder) => {
    await disk.makeDirectory(`${folder}/z/deep`);
    for (const file of ['b', 'a', 'z/deep/c']) await disk.writeFile(`${folder}/${file}`, '');
    assert.deepEqual(await disk.list(folder), ['a', 'b', 'z']);
  });

  check('makes a directory twice without complaint, but not over a file', async (disk, folder) => {
    await disk.makeDirectory(folder);
    await disk.writeFile(`${folder}/f`, 'x');
    await assert.rejects(disk.makeDirectory(`${folder}/f`));
  });

  check(
    'renames a directory with all it holds, onto an empty one too, never onto a full one',
    async (disk, folder) => {
      for (const [directory, content] of Object.entries({ from: 'new', full: 'old' })) {
        await disk.makeDirectory(`${folder}/${directory}/deep`);
        await disk.writeFile(`${folder}/${directory}/deep/f`, content);
      }
      await disk.makeDirectory(`${folder}/empty`);
      assert.equal(await disk.rename(`${folder}/from`, `${folder}/full`), false);
      assert.equal(await text(disk, `${folder}/full/deep/f`), 'old');
      assert.equal(await disk.rename(`${folder}/from`, `${folder}/empty`), true);
      assert.equal(await text(disk, `${folder}/empty/deep/f`), 'new');
      assert.deepEqual(await disk.list(folder), ['empty', 'full']);
    },
  );

  check('removes files and whole directories', async (disk, folder) => {
    await disk.makeDirectory(`${folder}/d/e`);
    for (const file of ['d/e/f', 'g', 'd2']) await disk.writeFile(`${folder}/${file}`, '');
    await disk.remove(`${folder}/d`);
    await disk.remove(`${folder}/g`);
    assert.deepEqual(await disk.list(folder), ['d2']);
  });

  check('appends to a log, and lets only one have a new one', async (disk, folder) => {
    const log = await disk.openLog(`${folder}/log`, true);
    await log.append('a');
    await log.append('b');
    await log.sync();
    await assert.rejects(disk.openLog(`${folder}/log`, true), { code: 'EEXIST' });
    const more = await disk.openLog(`${folder}/log`, false);
    await more.append('c');
    await more.close();
    await log.close();
    assert.equal(await text(disk, `${folder}/log`), 'abc');
  });
}

test('the problems of a disk are told in words, other errors are not', () => {
  assert.match(diskProblem(diskError('ENOSPC', 'write', '/f'))!, /^The disk is full \(ENOSPC: .*\)\.$/);
  assert.match(diskProblem(diskError('EROFS', 'open', '/f'))!, /^The disk is read-only/);
  assert.match(diskProblem(diskError('ESTALE', 'open', '/f'))!, /^The file server does not know the file/);
  for (const other of [diskError('ENOENT', 'open', '/f'), new TypeError('x'), undefined])
    assert.equal(diskProblem(other), undefined);
});
