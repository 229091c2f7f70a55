/** Zips: what is read of them, and what is refused. */
import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ArchiveError } from '../../src/data/archives/archive-error.js';
import { zipMembers } from '../../src/data/archives/zip.js';
import { Scratch } from '../support/scratch.js';
import { zip } from '../support/zip-file.js';

/** Name to content, folders to null. */
async function contents(scratch: Scratch, bytes: Uint8Array): Promise<Record<string, string | null>> {
  const path = scratch.path('x.zip');
  await writeFile(path, bytes);
  const file = await open(path);
  try {
    const found: Record<string, string | null> = {};
    for await (const { name, isFolder, content } of zipMembers(file, 'x.zip')) {
      const parts: Uint8Array[] = [];
      if (!isFolder) for await (const part of content()) parts.push(part);
      found[name] = isFolder ? null : Buffer.concat(parts).toString();
    }
    return found;
  } finally {
    await file.close();
  }
}

async function refused(scratch: Scratch, bytes: Uint8Array, pattern: RegExp): Promise<void> {
  await assert.rejects(contents(scratch, bytes), (error) => {
    assert.ok(error instanceof ArchiveError, String(error));
    assert.match(error.message, /^x\.zip /);
    assert.match(error.message, pattern);
    return true;
  });
}

test('stored and deflated members, folders and 64-bit fields are read', async () => {
  await using scratch = await Scratch.make();
  const files = [
    { name: 'a/' },
    { name: 'a/one', content: 'one' },
    { name: './a/two', content: 'x'.repeat(200_000) },
    { name: 'a/stored', content: 'as it is', method: 0 },
    { name: 'a/ü', content: '' },
  ];
  const wanted = { a: null, 'a/one': 'one', 'a/two': 'x'.repeat(200_000), 'a/stored': 'as it is', 'a/ü': '' };
  for (const uses64 of [false, true]) assert.deepEqual(await contents(scratch, zip(files, uses64)), wanted);
});

test('links, devices, encrypted members, unknown methods and names that lead out are refused by member', async () => {
  await using scratch = await Scratch.make();
  for (const [file, pattern] of [
    [{ name: 'l', mode: 0o120777, content: '/etc/passwd' }, /its member "l" is a symbolic link/],
    [{ name: 'd', mode: 0o060644 }, /its member "d" is neither file nor folder/],
    [{ name: 'e', flags: 1 }, /its member "e" is encrypted/],
    [{ name: 'm', method: 12 }, /its member "m" is packed by method 12/],
    [{ name: '../up' }, /its member "\.\.\/up" has a path with "\.\."/],
    [{ name: '/abs' }, /has an absolute path/],
    [{ name: 'a\\b' }, /has a name with a backslash/],
    [{ name: 'a\0b' }, /has a name with a NUL byte/],
    [{ name: 'a/', content: 'x' }, /its member "a\/" is a folder with content/],
  ] as const)
    await refused(scratch, zip([{ name: 'good', content: 'x' }, file]), pattern);
});

test('members that lie about their size or content, or overlap, are refused', async () => {
  await using scratch = await Scratch.make();
  const bomb = { name: 'bomb', content: Buffer.alloc(2 ** 24) };
  for (const [files, pattern] of [
    [
      [{ ...bomb, size: 1000 }],
      /its member "bomb" cannot be unpacked \(too many bytes in the stream\. expected 1000/,
    ],
    [
      [{ ...bomb, size: 2 ** 25 }],
      /its member "bomb" cannot be unpacked \(not enough bytes in the stream\. expected 33554432/,
    ],
    [[{ name: 'x', content: 'x', crc: 7 }], /its member "x" has another checksum/],
    [
      [{ name: 'x', content: 'x', at: 3 }],
      /its member "x" cannot be unpacked \(invalid local file header signature|overlaps/,
    ],
    [
      [
        { name: 'x', content: 'x'.repeat(99) },
        { name: 'y', content: 'y', at: 0 },
      ],
      /overlaps another or the end/,
    ],
    [[{ name: 'x', content: 'x', at: 1e6 }], /overlaps another or the end/],
  ] as const)
    await refused(scratch, zip(files), pattern);
});

test('a zip without its directory, or with one that cannot be, is refused', async () => {
  await using scratch = await Scratch.make();
  const whole = zip([{ name: 'x', content: 'abc' }]);
  for (const end of [0, 20, whole.length - 1])
    await refused(scratch, whole.subarray(0, end), /is no zip, cut short or damaged: /);
  const many = Buffer.from(whole);
  many.writeUInt16LE(60_000, many.length - 12);
  await refused(scratch, many, /is no zip, cut short or damaged: /);
  const two = Buffer.from(whole);
  two.writeUInt32LE(46 * 2, two.length - 10);
  two.writeUInt16LE(2, two.length - 12);
  await refused(scratch, two, /is no zip, cut short or damaged: /);
});
