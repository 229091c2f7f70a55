/**
 * Archives and the devkit's meta.mat as Python's tarfile and zipfile and SciPy write them, and those that our tests
 * write as these read them. Run by `.ci/run`: TORCH_PYTHON names a Python that has SciPy.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { builtInDatasets } from '../../src/data/datasets/built-in.js';
import { unpack } from '../../src/fetch/unpack.js';
import { BY_ID, metaMat, valName } from '../support/ilsvrc.js';
import { Scratch } from '../support/scratch.js';
import { gnuLongName, member, paxMember } from '../support/tar-file.js';
import { zip } from '../support/zip-file.js';

const JUDGE = fileURLToPath(new URL('../../../test/judges/archives_judge.py', import.meta.url));
const python = process.env['TORCH_PYTHON'] ?? 'python3';

function judge(what: 'write' | 'read', folder: string): unknown {
  const told = execFileSync(python, [JUDGE, what, folder], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(told) as unknown;
}

test('what tarfile, zipfile and SciPy write is read as it was written', { timeout: 600_000 }, async () => {
  await using scratch = await Scratch.make();
  const { archives, byId } = judge('write', scratch.folder) as {
    readonly archives: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly byId: readonly string[];
  };
  for (const [file, digests] of Object.entries(archives)) {
    const most = { bytes: 1e7, members: 70_000 };
    const unpacked = await unpack(scratch.path(file), scratch.path('unpacked'), { most });
    assert.deepEqual(Object.fromEntries(unpacked), digests, file);
    await rm(scratch.path('unpacked'), { recursive: true });
  }
  const devkit = 'root/ILSVRC2012_devkit_t12/data';
  await scratch.write(`root/ILSVRC2012_img_val/${valName(1)}`, 'x');
  await scratch.write(`${devkit}/ILSVRC2012_validation_ground_truth.txt`, '700\n');
  for (const file of ['packed.mat', 'plain.mat']) {
    await mkdir(scratch.path(devkit), { recursive: true });
    await copyFile(scratch.path(file), scratch.path(devkit, 'meta.mat'));
    const source = { kind: 'ilsvrc2012', name: 'x', root: scratch.path('root') };
    const { classes, images } = await builtInDatasets().list(source, 'val');
    assert.deepEqual(classes, [...byId].sort(), file);
    assert.deepEqual(
      images.map(({ id }) => id),
      [`${byId[699]!}/${valName(1)}`],
    );
  }
});

test('what our tests write is what tarfile, zipfile and SciPy read', async () => {
  await using scratch = await Scratch.make();
  const long = `folder/${'long'.repeat(40)}`;
  const files = { 'a/one': 'one', [long]: 'long', 'b/ü': 'pax', 'c/empty': '' };
  const tar = Buffer.concat([
    member({ name: 'a/', type: '5' }),
    member({ name: 'a/one', content: 'one' }),
    gnuLongName(long, 'long'),
    paxMember({ path: 'b/ü' }, { name: 'x', content: 'pax' }),
    member({ name: 'c/empty' }),
    Buffer.alloc(1024),
  ]);
  await scratch.write('x.tar', tar);
  await scratch.write('meta.mat', metaMat());
  const entries = Object.entries(files).map(([name, content]) => ({ name, content }));
  for (const uses64 of [false, true]) {
    await scratch.write(
      'x.zip',
      zip(
        entries.map((one) => ({ ...one, flags: 0x800 })),
        uses64,
      ),
    );
    assert.deepEqual(judge('read', scratch.folder), {
      tar: files,
      zip: files,
      synsets: [...BY_ID.map((wnid, i) => [i + 1, wnid, 0]), [BY_ID.length + 1, 'n02083346', 3]],
    });
  }
});
