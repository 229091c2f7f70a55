/** Files of an export that fails: nothing of it is left, and nothing else goes. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { writeFiles } from '../../src/export/write-files.js';
import { Scratch } from '../support/scratch.js';

async function* failing(before: () => Promise<unknown>) {
  yield { file: 'a.onnx', bytes: Buffer.from('begun') };
  await before();
  throw new Error('no more');
}

test('a folder that was made for it goes, with those above that were made', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('mine/there.txt', 'of the user');
  const parts = failing(() => Promise.resolve());
  await assert.rejects(
    writeFiles(scratch.path('mine/new/deep'), parts, () => false),
    /no more/,
  );
  assert.deepEqual(await readdir(scratch.path('mine')), ['there.txt']);
});

test('what others have put into it meanwhile stays', async () => {
  await using scratch = await Scratch.make();
  const parts = failing(() => scratch.write('new/deep/b.onnx', 'of another export'));
  await assert.rejects(
    writeFiles(scratch.path('new/deep'), parts, () => false),
    /no more/,
  );
  assert.deepEqual(await readdir(scratch.path('new/deep')), ['b.onnx']);
});
