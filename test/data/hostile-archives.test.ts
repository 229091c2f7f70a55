/** Archives and label files with bytes changed, cut off or put in: refused in words that name the file, or read. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { StreamReader } from '../../src/data/archives/byte-reader.js';
import { readPacked, tarFiles } from '../../src/data/archives/tar-file.js';
import { nameProblem } from '../../src/data/archives/member-name.js';
import { tarMembers } from '../../src/data/archives/tar.js';
import { readMat } from '../../src/data/datasets/ilsvrc/mat-file.js';
import { unpack } from '../../src/fetch/unpack.js';
import { UserError } from '../../src/util/user-error.js';
import { metaMat } from '../support/ilsvrc.js';
import { matFile } from '../support/mat-file.js';
import { neverCrashes } from '../support/mutations.js';
import { Scratch } from '../support/scratch.js';
import { gnuLongName, member, paxMember, tar } from '../support/tar-file.js';
import { zip } from '../support/zip-file.js';

const TAR = Buffer.concat([
  member({ name: 'folder/', type: '5' }),
  member({ name: 'folder/a.JPEG', content: 'a picture' }),
  gnuLongName(`folder/${'long'.repeat(40)}`, 'x'.repeat(600)),
  paxMember({ path: `folder/${'pax'.repeat(50)}`, mtime: '1' }, { name: 'p', content: 'y' }),
  Buffer.alloc(1024),
]);

/** Refused in words that name the file. */
function isLocated(file: string) {
  return (error: unknown) => error instanceof UserError && error.message.includes(file);
}

test('mutated tars are refused or read, and no name that is read leads out of the folder', async () => {
  const read = async (bytes: Uint8Array) => {
    const reader = new StreamReader(
      (async function* () {
        yield await Promise.resolve(bytes);
      })(),
    );
    for await (const { name, bytes: size, at } of tarMembers(reader, 'x.tar')) {
      assert.equal(nameProblem(name), undefined);
      assert.ok(size >= 0 && at <= bytes.length);
    }
  };
  await neverCrashes(TAR, read, 2000, isLocated('x.tar'));
});

test('mutated tars that are read in place are refused, or their members lie within the file', async () => {
  await using scratch = await Scratch.make();
  const path = scratch.path('x.tar');
  const read = async (bytes: Uint8Array) => {
    await writeFile(path, bytes);
    for (const { at, bytes: size } of await tarFiles(path)) assert.ok(at + size <= bytes.length);
  };
  await neverCrashes(TAR, read, 500, isLocated('x.tar'));
});

test('mutated packed tars are refused or read', async () => {
  await using scratch = await Scratch.make();
  const path = scratch.path('x.tar.gz');
  const read = async (bytes: Uint8Array) => {
    await writeFile(path, bytes);
    await readPacked(path, () => true, 2 ** 20);
  };
  await neverCrashes(
    gzipSync(tar([{ name: 'a', content: 'x'.repeat(3000) }])),
    read,
    300,
    isLocated('x.tar.gz'),
  );
});

for (const uses64 of [false, true])
  test(`mutated zips ${uses64 ? 'with 64-bit fields ' : ''}are refused or unpacked within their bounds`, async () => {
    await using scratch = await Scratch.make();
    const path = scratch.path('x.zip');
    const good = zip(
      [
        { name: 'set/' },
        { name: 'set/a.JPEG', content: 'a picture'.repeat(90) },
        { name: 'set/b.JPEG', content: 'stored', method: 0 },
      ],
      uses64,
    );
    const most = { bytes: 2 ** 20, members: 10 };
    const read = async (bytes: Uint8Array) => {
      await writeFile(path, bytes);
      let unpacked = 0;
      const folder = scratch.path('set');
      try {
        await unpack(path, folder, { most, progress: (_, total) => (unpacked = total) });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      assert.ok(unpacked <= most.bytes);
    };
    await neverCrashes(good, read, 500, isLocated('x.zip'));
  });

test('mutated MAT-files are refused or read', async () => {
  const read = (bytes: Uint8Array) => readMat(bytes, 'meta.mat');
  await neverCrashes(metaMat(), read, 300, isLocated('meta.mat'));
  const plain = matFile('s', [{ id: 1, name: 'one', many: [1, 2, 3] }], { compressed: false });
  await neverCrashes(plain, read, 2000, isLocated('meta.mat'));
});

test('a MAT-file that unpacks to more than any devkit is refused', () => {
  const packed = deflateSync(Buffer.alloc(2 ** 28));
  const tag = Buffer.from(Uint32Array.of(15, packed.length).buffer);
  const bomb = Buffer.concat([metaMat().subarray(0, 128), tag, packed]);
  assert.throws(() => readMat(bomb, 'meta.mat'), /meta\.mat cannot be read: a variable cannot be unpacked/);
  assert.throws(
    () => readMat(Buffer.alloc(2 ** 23 + 1), 'meta.mat'),
    /meta\.mat cannot be read: it has 8388609 bytes/,
  );
});
