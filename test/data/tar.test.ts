/** Tars: what is read of them, and what is refused. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ArchiveError } from '../../src/data/archives/archive-error.js';
import { StreamReader } from '../../src/data/archives/byte-reader.js';
import { tarMembers } from '../../src/data/archives/tar.js';
import { readPacked, readRange, tarFiles } from '../../src/data/archives/tar-file.js';
import { Scratch } from '../support/scratch.js';
import { gnuLongName, member, paxMember, sealed, tar } from '../support/tar-file.js';

const END = Buffer.alloc(1024);

/** In parts of so many bytes. */
async function* parts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

/** Name to content, folders to null. */
async function contents(bytes: Uint8Array, size = 700): Promise<Record<string, string | null>> {
  const reader = new StreamReader(parts(bytes, size));
  const found: Record<string, string | null> = {};
  for await (const { name, isFolder, bytes: length } of tarMembers(reader, 'x.tar'))
    found[name] = isFolder ? null : Buffer.from(await reader.read(length)).toString();
  return found;
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ArchiveError, String(error));
    assert.match(error.message, /^x\.tar /);
    assert.match(error.message, pattern);
    return true;
  };
}

test('files and folders are read, whatever the parts that the bytes come in', async () => {
  const long = `a/${'b'.repeat(80)}/${'c'.repeat(90)}`;
  const bytes = Buffer.concat([
    member({ name: './', type: '5' }),
    member({ name: './a/', type: '5' }),
    member({ name: './a/one', content: 'one' }),
    member({ name: 'a/empty' }),
    gnuLongName(long, 'long'),
    paxMember({ path: `${long}ü`, mtime: '12.5' }, { name: 'short', content: 'pax' }),
    paxMember({ comment: 'of all' }, { name: 'a/two', content: 'x'.repeat(513) }, 'g'),
    END,
  ]);
  const wanted = {
    a: null,
    'a/one': 'one',
    'a/empty': '',
    [long]: 'long',
    [`${long}ü`]: 'pax',
    'a/two': 'x'.repeat(513),
  };
  for (const size of [1, 511, 512, 5000]) assert.deepEqual(await contents(bytes, size), wanted);
});

test('the two halves of a ustar name belong together, and GNU has no halves', async () => {
  const block = member({ name: 'tail', content: 'x' });
  block.write('front/of/it', 345);
  sealed(block);
  assert.deepEqual(await contents(Buffer.concat([block, END])), { 'front/of/it/tail': 'x' });
  const gnu = member({ name: 'tail', content: 'x' });
  gnu.write('ustar  \0', 257, 'latin1');
  gnu.write('12345670123', 345);
  sealed(gnu);
  assert.deepEqual(await contents(Buffer.concat([gnu, END])), { tail: 'x' });
});

test('links, devices, pipes and sparse files are refused by archive, member and kind', async () => {
  for (const [type, what] of [
    ['1', 'is a hard link'],
    ['2', 'is a symbolic link'],
    ['3', 'is a character device'],
    ['4', 'is a block device'],
    ['6', 'is a pipe'],
    ['S', 'is a sparse file'],
    ['Z', 'is of a kind "Z"'],
  ] as const)
    await assert.rejects(
      contents(
        tar([
          { name: 'good', content: 'x' },
          { name: 'bad', type, link: '/etc/passwd' },
        ]),
      ),
      refusal(new RegExp(`is refused: its member "bad" ${what}`)),
    );
});

test('names that lead out of the folder, or act on a terminal or a file system, are refused', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['../up', /"\.\.\/up" has a path with "\.\."/],
    ['a/../../up', /with "\.\."/],
    ['/etc/passwd', /"\/etc\/passwd" has an absolute path/],
    ['C:/windows', /absolute path/],
    ['a\\..\\b', /backslash/],
    ['a//b', /empty part/],
    ['a\u001b[2Jb', /control character/],
    ['', /has a path with an empty part/],
  ];
  for (const [name, pattern] of cases)
    await assert.rejects(contents(tar([{ name, content: 'x' }])), refusal(pattern), name);
  const nul = Buffer.concat([paxMember({ path: 'a\0b' }, { name: 'x' }), END]);
  await assert.rejects(contents(nul), refusal(/NUL byte/));
  const long = Buffer.concat([gnuLongName('x'.repeat(300), 'x'), END]);
  await assert.rejects(contents(long), refusal(/more than 255 bytes/));
  const longer = Buffer.concat([gnuLongName('x/'.repeat(5000), 'x'), END]);
  await assert.rejects(contents(longer), refusal(/path of more than 4096 bytes/));
});

test('sizes that lie are refused before anything is read for them', async () => {
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [
      member({ name: 'x', content: 'abc', size: 8 ** 11 - 1 }),
      /cut short within its member "x", which has 8589934591 bytes/,
    ],
    [
      paxMember({ size: '99999999999999999999' }, { name: 'x', content: 'abc' }),
      /"x" has no size that can be/,
    ],
    [paxMember({ size: '-5' }, { name: 'x', content: 'abc' }), /"x" has no size that can be/],
    [member({ name: 'd/', type: '5', content: 'abc' }), /"d\/" has no size that can be/],
    [member({ name: 'x', type: 'L', content: 'n', size: 1e9 }), /longer than any name/],
    [
      Buffer.concat(Array.from({ length: 9 }, () => member({ name: 'x', type: 'L', content: 'n' }))),
      /longer than any name/,
    ],
    [paxMember({ path: 'all' }, { name: 'x' }, 'g'), /gives all members one path or size/],
    [member({ name: 'x', type: 'x', content: '99 path=y\n' }), /pax records cannot be read/],
  ];
  for (const [bytes, pattern] of cases)
    await assert.rejects(contents(Buffer.concat([bytes, END])), refusal(pattern), String(pattern));
  // GNU's binary size, beyond what a number can hold.
  const huge = member({ name: 'x' });
  huge.fill(0xff, 124, 136);
  huge[124] = 0x80;
  await assert.rejects(contents(Buffer.concat([sealed(huge), END])), refusal(/its size is no number/));
});

test('a tar without its end is cut short, and what is no tar is told by the byte', async () => {
  const whole = tar([{ name: 'x', content: 'abc' }]);
  for (const end of [0, 10, 512, 514, 1024, 1100]) {
    const pattern = end === 512 || end === 514 ? /cut short within its member "x"/ : /cut short: at byte/;
    await assert.rejects(contents(whole.subarray(0, end)), refusal(pattern), String(end));
  }
  await assert.rejects(
    contents(Buffer.alloc(2048, 'no tar')),
    refusal(/no tar, or damaged, at byte 0: its checksum/),
  );
  const second = Buffer.concat([member({ name: 'x', content: 'abc' }), Buffer.alloc(600, 7)]);
  await assert.rejects(contents(second), refusal(/at byte 1024: its checksum/));
});

test('each file of a tar, and of a tar in a tar, is where the index says', async () => {
  await using scratch = await Scratch.make();
  const inner = tar([
    { name: 'a', content: 'first' },
    { name: 'b', content: 'second' },
  ]);
  const path = scratch.path('x.tar');
  await writeFile(
    path,
    tar([
      { name: 'folder/', type: '5' },
      { name: 'plain', content: 'plain' },
      { name: 'in.tar', content: inner },
    ]),
  );
  const [plain, within] = await tarFiles(path);
  assert.equal(Buffer.from(await readRange(path, plain!)).toString(), 'plain');
  const read = [];
  for (const file of await tarFiles(path, within))
    read.push([file.name, Buffer.from(await readRange(path, file)).toString()]);
  assert.deepEqual(read, [
    ['a', 'first'],
    ['b', 'second'],
  ]);
  await assert.rejects(
    readRange(path, { at: 10, bytes: 1e6 }),
    /x\.tar is cut short: 1000000 bytes from byte 10/,
  );
});

test('a packed tar that unpacks to more than it should is given up on the way', async () => {
  await using scratch = await Scratch.make();
  const path = scratch.path('x.tar.gz');
  const good = tar([
    { name: 'd/wanted', content: 'text' },
    { name: 'other', content: 'x'.repeat(9000) },
  ]);
  await writeFile(path, gzipSync(good));
  const wanted = (name: string) => name === 'd/wanted';
  const found = await readPacked(path, wanted, good.length);
  assert.deepEqual(
    [...found].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
    [['d/wanted', 'text']],
  );
  await assert.rejects(
    readPacked(path, wanted, 4000),
    /x\.tar\.gz is refused: unpacked it is larger than 4000 bytes/,
  );
  // 256 MiB of zeros in 256 kB, as content of what nobody wants.
  await writeFile(
    path,
    gzipSync(Buffer.concat([member({ name: 'bomb', size: 2 ** 28 }), Buffer.alloc(2 ** 28)])),
  );
  await assert.rejects(readPacked(path, wanted, 2 ** 20), /larger than 1048576 bytes/);
  await writeFile(path, gzipSync(good).subarray(0, 60));
  await assert.rejects(
    readPacked(path, wanted, 2 ** 20),
    /x\.tar\.gz cannot be unpacked: unexpected end of file/,
  );
  await writeFile(path, 'no gzip');
  await assert.rejects(
    readPacked(path, wanted, 2 ** 20),
    /x\.tar\.gz cannot be unpacked: incorrect header check/,
  );
});

test('whatever is put into a tar comes out again', async () => {
  const part = fc.stringMatching(/^[a-zA-Zäß0-9_-]{1,12}$/);
  const file = fc.record({
    name: fc.array(part, { minLength: 1, maxLength: 12 }).map((all) => all.join('/')),
    content: fc.string({ maxLength: 1500 }),
    how: fc.constantFrom('ustar', 'gnu', 'pax'),
  });
  const files = fc.uniqueArray(file, { selector: ({ name }) => name, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 2000 }), async (all, size) => {
      const members = all.map(({ name, content, how }) => {
        if (how === 'gnu') return gnuLongName(name, content);
        if (how === 'pax' || Buffer.byteLength(name) > 99)
          return paxMember({ path: name }, { name: 'x', content });
        return member({ name, content });
      });
      const found = await contents(Buffer.concat([...members, END]), size);
      assert.deepEqual(found, Object.fromEntries(all.map(({ name, content }) => [name, content])));
    }),
    { numRuns: 200 },
  );
});
