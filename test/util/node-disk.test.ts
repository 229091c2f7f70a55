import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { diskProblem, isMissing } from '../../src/util/disk.js';
import { NodeDisk } from '../../src/util/node-disk.js';

const disk = new NodeDisk();

/** Runs a test in a new folder, which is removed afterwards. */
function inFolder(body: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stagecraft-disk-'));
    try {
      await body(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

function codeOf(code: string) {
  return (error: unknown) => error instanceof Error && 'code' in error && error.code === code;
}

test(
  'a file is written whole, over an older and longer one too',
  inFolder(async (folder) => {
    const file = join(folder, 'a');
    await disk.writeFile(file, 'a long text');
    await disk.writeFile(file, Uint8Array.of(1, 2));
    assert.deepEqual([...(await disk.readFile(file))], [1, 2]);
  }),
);

test(
  'names are listed in order, and a folder that is not there holds none',
  inFolder(async (folder) => {
    for (const name of ['b', 'a', 'c']) writeFileSync(join(folder, name), '');
    assert.deepEqual(await disk.list(folder), ['a', 'b', 'c']);
    assert.deepEqual(await disk.list(join(folder, 'none')), []);
  }),
);

test(
  'a folder is renamed to a place that is free or an empty folder',
  inFolder(async (folder) => {
    for (const place of ['free', 'empty']) {
      await disk.makeDirectory(join(folder, 'from', 'deep'));
      if (place === 'empty') mkdirSync(join(folder, place));
      assert.equal(await disk.rename(join(folder, 'from'), join(folder, place)), true);
      assert.equal(existsSync(join(folder, place, 'deep')), true);
      assert.equal(existsSync(join(folder, 'from')), false);
    }
  }),
);

test(
  'a folder is not renamed onto one that holds something, and both stay',
  inFolder(async (folder) => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    await disk.makeDirectory(from);
    await disk.makeDirectory(to);
    writeFileSync(join(from, 'ours'), '');
    writeFileSync(join(to, 'theirs'), '');
    assert.equal(await disk.rename(from, to), false);
    assert.deepEqual([await disk.list(from), await disk.list(to)], [['ours'], ['theirs']]);
  }),
);

test(
  'a rename of what is not there, or onto a file, is an error',
  inFolder(async (folder) => {
    await assert.rejects(disk.rename(join(folder, 'none'), join(folder, 'to')), codeOf('ENOENT'));
    mkdirSync(join(folder, 'from'));
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(disk.rename(join(folder, 'from'), join(folder, 'file')), codeOf('ENOTDIR'));
  }),
);

test(
  'a log grows at its end, across openings, and can be wanted to be new',
  inFolder(async (folder) => {
    const file = join(folder, 'log');
    for (const text of ['one\n', 'two\n']) {
      const log = await disk.openLog(file, false);
      await log.append(text);
      await log.sync();
      await log.close();
    }
    assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
    await assert.rejects(disk.openLog(file, true), codeOf('EEXIST'));
    await (await disk.openLog(join(folder, 'new'), true)).close();
  }),
);

test(
  'files and folders are removed with all they hold, and absent ones without a word',
  inFolder(async (folder) => {
    await disk.makeDirectory(join(folder, 'a', 'b'));
    await disk.remove(join(folder, 'a'));
    await disk.remove(join(folder, 'a'));
    assert.deepEqual(await disk.list(folder), []);
  }),
);

test(
  'an absent file is told from other failures',
  inFolder(async (folder) => {
    const absent = await disk.readFile(join(folder, 'none')).catch((error: unknown) => error);
    const directory = await disk.readFile(folder).catch((error: unknown) => error);
    assert.deepEqual([isMissing(absent), isMissing(directory)], [true, false]);
    assert.deepEqual([isMissing(undefined), isMissing(new Error('ENOENT'))], [false, false]);
  }),
);

test('a failing disk is put in words, with what Node said', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  assert.equal(diskProblem(full), 'The disk is full (ENOSPC: no space left on device, write).');
  assert.equal(diskProblem(Object.assign(new Error('x'), { code: 'ENOENT' })), undefined);
  assert.equal(diskProblem(new Error('x')), undefined);
});
