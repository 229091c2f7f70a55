/** `data fetch` against a real server on this machine: cuts, other files, and archives that nobody should unpack. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkRelease } from '../../src/fetch/check-release.js';
import { fetchRelease, mirrorAddress } from '../../src/fetch/fetch-release.js';
import type { OpenRelease } from '../../src/fetch/release.js';
import { digestBytes } from '../../src/util/digest.js';
import { UserError } from '../../src/util/user-error.js';
import { FileServer } from '../support/file-server.js';
import { noise, png } from '../support/pictures.js';
import { Scratch } from '../support/scratch.js';
import { gnuLongName, tar, type TarEntry } from '../support/tar-file.js';
import { zip } from '../support/zip-file.js';

const MOST = { bytes: 1e6, members: 50 };

/** Two classes, two images each to train on and one to validate with. */
async function imageEntries(): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [{ name: 'small/', type: '5' }];
  let seed = 1;
  for (const [split, count] of [
    ['train', 2],
    ['val', 1],
  ] as const)
    for (const name of ['cat', 'dog'])
      for (let n = 0; n < count; n++)
        entries.push({ name: `small/${split}/${name}/${n}.png`, content: await png(noise(40, 30, seed++)) });
  return [...entries, { name: 'elsewhere/readme.txt', content: 'is left out' }];
}

interface Rig {
  readonly scratch: Scratch;
  readonly server: FileServer;
  readonly release: OpenRelease;
  readonly told: string[];
  readonly fetch: (more?: {
    readonly mirror?: string;
    readonly release?: OpenRelease;
  }) => ReturnType<typeof fetchRelease>;
}

async function rig(
  files: Readonly<Record<string, Uint8Array>>,
  body: (rig: Rig) => Promise<void>,
): Promise<void> {
  await using scratch = await Scratch.make();
  await using server = await FileServer.start(files);
  const release: OpenRelease = {
    ...{ name: 'small', title: 'a small set', licence: 'none', page: '', top: 'small' },
    archives: Object.entries(files).map(([name, bytes]) => ({
      ...{
        url: `${server.url}/published/${name}`,
        bytes: bytes.length,
        sha256: digestBytes(bytes),
        most: MOST,
      },
    })),
    data: { kind: 'image-folder' },
    holds: { classes: 2, train: 4, val: 2 },
  };
  const told: string[] = [];
  const fetch: Rig['fetch'] = async ({ mirror, release: other = release } = {}) =>
    fetchRelease(other, {
      folder: scratch.path('data'),
      ...(mirror !== undefined && { mirror: mirrorAddress(mirror) }),
      progress: (what, done, total) => {
        if (done === total) told.push(what);
      },
    });
  await body({ scratch, server, release, told, fetch });
}

async function withTgz(body: (rig: Rig) => Promise<void>): Promise<void> {
  await rig({ 'small.tgz': gzipSync(tar(await imageEntries())) }, body);
}

function told(...patterns: readonly RegExp[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).sort();
}

test('a set is downloaded, checked and unpacked, and nothing else is left', async () => {
  await withTgz(async ({ scratch, server, release, told: said, fetch }) => {
    const path = scratch.path('data/small');
    assert.deepEqual(await fetch(), { path, wasThere: false });
    assert.deepEqual(await namesIn(scratch.path('data')), ['small']);
    assert.deepEqual(await namesIn(path), ['SHA256SUMS', 'train', 'val']);
    assert.deepEqual(said, ['downloading small.tgz']);
    assert.deepEqual(server.asked, ['GET /published/small.tgz']);
    assert.match(
      execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: path, encoding: 'utf8' }),
      /^train\/cat\/0\.png: OK$/m,
    );
    assert.deepEqual(await fetch(), { path, wasThere: true });
    assert.equal(server.asked.length, 1);
    const report = await checkRelease(release, path, () => undefined);
    assert.deepEqual(report.found, { classes: 2, train: 4, val: 2 });
    assert.deepEqual([report.compared, report.problems], [6, []]);
  });
});

test('a set that is no longer what was unpacked is told by file', async () => {
  await withTgz(async ({ scratch, release, fetch }) => {
    await fetch();
    const root = scratch.path('data/small');
    const picture = await readFile(`${root}/train/cat/0.png`);
    picture[40]! ^= 1;
    await writeFile(`${root}/train/cat/0.png`, picture);
    await rm(`${root}/train/dog/1.png`);
    const { problems } = await checkRelease(release, root, () => undefined);
    assert.deepEqual(problems, [
      'train holds 3 images, the release 4.',
      'train/cat/0.png is no longer what was unpacked: its SHA-256 is another.',
      'train/dog/1.png is gone.',
    ]);
    await writeFile(`${root}/SHA256SUMS`, `${'0'.repeat(64)}  ../../etc/passwd\n`);
    await assert.rejects(
      checkRelease(release, root, () => undefined),
      told(/SHA256SUMS:1 is no digest with a path/),
    );
  });
});

describe('what is downloaded', () => {
  test('goes on where the connection was cut, as often as it takes', async () => {
    await withTgz(async ({ scratch, server, release, fetch }) => {
      const { bytes } = release.archives[0]!;
      server.manners = { cutAfter: Math.ceil(bytes / 4) };
      await fetch();
      assert.equal(server.asked.length, 4);
      assert.match(server.asked[3]!, /^GET \/published\/small\.tgz bytes=\d+-$/);
      assert.deepEqual(await namesIn(scratch.path('data')), ['small']);
    });
  });

  test('goes on where an earlier call ended', async () => {
    await withTgz(async ({ scratch, server, fetch }) => {
      server.manners = { cutAfter: 0 };
      await assert.rejects(fetch(), told(/broke off after 0 of \d+ bytes .*Run again to go on from there/));
      const whole = await (await fetchBytes(server)).bytes();
      await scratch.write('data/small.tgz.part', whole.subarray(0, 1000));
      server.manners = {};
      await fetch();
      assert.equal(server.asked.at(-1), 'GET /published/small.tgz bytes=1000-');
    });
  });

  test('begins anew where a server knows no parts, and where there is more than there should be', async () => {
    await withTgz(async ({ scratch, server, release, fetch }) => {
      await scratch.write('data/small.tgz.part', 'another file');
      server.manners = { ranges: false, tellsLength: false };
      await fetch();
      assert.equal(digestBytes(await readFile(scratch.path('data/small/train/cat/0.png'))).length, 64);
      await rm(scratch.path('data/small'), { recursive: true });
      await scratch.write('data/small.tgz.part', Buffer.alloc(release.archives[0]!.bytes + 1));
      await fetch();
      assert.equal(server.asked.at(-1), 'GET /published/small.tgz');
    });
  });

  test("is not taken for what lies there already, which is the user's and stays", async () => {
    await withTgz(async ({ scratch, server, release, fetch }) => {
      await scratch.write('data/small.tgz', Buffer.alloc(release.archives[0]!.bytes));
      await assert.rejects(fetch(), (error: Error) =>
        /small\.tgz is there already.*it is another file, damaged/.test(error.message),
      );
      assert.deepEqual(await namesIn(scratch.path('data')), ['small.tgz']);
      assert.deepEqual(server.asked, []);
    });
  });

  test('is thrown away if its digest is another, before anything is unpacked, and the next call begins anew', async () => {
    await withTgz(async ({ scratch, server, release, fetch }) => {
      const { bytes } = release.archives[0]!;
      await scratch.write('data/small.tgz.part', Buffer.alloc(bytes - 10));
      await assert.rejects(
        fetch(),
        told(/gave a file with the SHA-256 [0-9a-f]{64}, but the release has/, /removed; run again/),
      );
      assert.deepEqual(await namesIn(scratch.path('data')), []);
      await fetch();
      assert.equal(server.asked.at(-1), 'GET /published/small.tgz');
    });
  });

  test('is refused if the server has another file, none, or gives another part', async () => {
    await withTgz(async ({ scratch, server, release, fetch }) => {
      const [archive] = release.archives;
      const longer = { ...release, archives: [{ ...archive!, bytes: archive!.bytes + 1 }] };
      await assert.rejects(
        fetch({ release: longer }),
        told(/has \d+ bytes, but the release has \d+: it is another file/),
      );
      const shorter = { ...release, archives: [{ ...archive!, bytes: archive!.bytes - 1 }] };
      server.manners = { tellsLength: false };
      await assert.rejects(fetch({ release: shorter }), told(/gives more than the \d+ bytes of the release/));
      for (const status of [404, 403, 503]) {
        server.manners = { status };
        await assert.rejects(
          fetch(),
          told(new RegExp(`small\\.tgz cannot be had: the server answers ${status} `)),
        );
      }
      await scratch.write('data/small.tgz.part', 'x'.repeat(100));
      server.manners = { shift: 5 };
      await assert.rejects(fetch(), told(/gives another part of the file than was asked for/));
      assert.deepEqual(await namesIn(scratch.path('data')), ['small.tgz.part']);
    });
  });

  test('may come from a mirror, with the same digest, and from nowhere but the web', async () => {
    await withTgz(async ({ server, release, fetch }) => {
      await assert.rejects(fetch({ mirror: 'file:///etc' }), told(/^--from must be an address/));
      const [archive] = release.archives;
      const gone = { ...release, archives: [{ ...archive!, url: 'http://127.0.0.1:1/small.tgz' }] };
      await assert.rejects(
        fetch({ release: gone }),
        told(/127\.0\.0\.1:1\/small\.tgz cannot be reached: .*ECONNREFUSED/),
      );
      await fetch({ release: gone, mirror: `${server.url}/mirror` });
      assert.equal(server.asked.at(-1), 'GET /mirror/small.tgz');
    });
  });

  test('is followed to where a server sends it, in parts too', async () => {
    await withTgz(async ({ scratch, server, fetch }) => {
      await scratch.write('data/small.tgz.part', (await (await fetchBytes(server)).bytes()).subarray(0, 50));
      server.manners = { movedTo: 'elsewhere' };
      await fetch();
      assert.deepEqual(server.asked.slice(1), [
        'GET /published/small.tgz bytes=50-',
        'GET /elsewhere/small.tgz bytes=50-',
      ]);
    });
  });

  test('comes to one of two who fetch at once', async () => {
    await withTgz(async ({ scratch, fetch }) => {
      const both = await Promise.allSettled([fetch(), fetch()]);
      const failed = both.filter(({ status }) => status === 'rejected');
      assert.ok(failed.length <= 1);
      for (const one of failed)
        assert.match(
          String((one as PromiseRejectedResult).reason),
          /is being fetched into .* by another process/,
        );
      assert.deepEqual(await namesIn(scratch.path('data')), ['small']);
    });
  });
});

describe('an archive is unpacked', () => {
  test('from tar, zip, and a tar.gz within a zip; several archives become one set', async () => {
    const entries = await imageEntries();
    const [first, second] = [entries.slice(0, 4), entries.slice(4)];
    await rig(
      {
        'one.tar': tar(first),
        'two.zip': zip(second.map(({ name, content }) => ({ name, content: content! }))),
      },
      async ({ release, scratch, fetch }) => {
        await fetch();
        assert.deepEqual(
          (await checkRelease(release, scratch.path('data/small'), () => undefined)).problems,
          [],
        );
      },
    );
    const outer = zip([
      { name: 'top/inner.tar.gz', content: gzipSync(tar(entries)) },
      { name: 'top/other.tar', content: 'x' },
    ]);
    await rig({ 'outer.zip': outer }, async ({ release, scratch, fetch }) => {
      const [archive] = release.archives;
      await fetch({ release: { ...release, archives: [{ ...archive!, within: 'top/inner.tar.gz' }] } });
      assert.deepEqual(
        (await checkRelease(release, scratch.path('data/small'), () => undefined)).problems,
        [],
      );
      assert.deepEqual(await namesIn(scratch.path('data')), ['small']);
      const absent = { ...release, name: 'b', archives: [{ ...archive!, within: 'top/absent.tar.gz' }] };
      await assert.rejects(fetch({ release: absent }), told(/outer\.zip holds no top\/absent\.tar\.gz/));
    });
  });

  const GOOD: TarEntry = { name: 'small/train/cat/a.png', content: 'x' };
  const HOSTILE: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    'parent.tar': [
      tar([GOOD, { name: 'small/../../../out', content: 'x' }]),
      /its member "small\/\.\.\/\.\.\/\.\.\/out" has a path with "\.\."/,
    ],
    'absolute.tar': [tar([GOOD, { name: '/tmp/stagecraft-out', content: 'x' }]), /absolute path/],
    'link.tar': [
      tar([{ name: 'small/train', type: '2', link: '/tmp' }, GOOD]),
      /its member "small\/train" is a symbolic link/,
    ],
    'hard.tgz': [
      gzipSync(tar([GOOD, { name: 'small/b', type: '1', link: '/etc/passwd' }])),
      /is a hard link/,
    ],
    'device.tar': [tar([GOOD, { name: 'small/null', type: '3' }]), /is a character device/],
    'zip-link.zip': [zip([{ name: 'small/l', mode: 0o120777, content: '/etc' }]), /is a symbolic link/],
    'zip-parent.zip': [zip([{ name: '../out', content: 'x' }]), /has a path with "\.\."/],
    'bomb.tgz': [
      gzipSync(tar([GOOD, { name: 'small/bomb', content: Buffer.alloc(2 ** 22) }])),
      /refused at its member "small\/bomb": it holds more than the 50 members and 1000000 bytes/,
    ],
    'bomb.zip': [
      zip([{ name: 'small/bomb', content: Buffer.alloc(2 ** 24), size: 1000 }]),
      /cannot be unpacked \(too many bytes in the stream\. expected 1000/,
    ],
    'many.tar': [
      tar(Array.from({ length: 51 }, (_, n) => ({ name: `small/${n}` }))),
      /more than the 50 members/,
    ],
    'over.tar': [tar([GOOD, { name: 'small/train/cat/a.png/b', content: 'x' }]), /stands where another does/],
    'other.tar': [tar([{ name: 'large/x', content: 'x' }]), /has no folder small/],
    'cut.tgz': [gzipSync(tar([GOOD])).subarray(0, 40), /cannot be unpacked: unexpected end of file/],
    'nul.tar': [Buffer.concat([gnuLongName('small/a\0b', 'x'), Buffer.alloc(1024)]), /NUL byte/],
  };
  for (const [file, [bytes, pattern]] of Object.entries(HOSTILE))
    test(`or refused: ${file}`, async () => {
      await rig({ [file]: bytes }, async ({ scratch, fetch }) => {
        await assert.rejects(fetch(), told(new RegExp(file.replace('.', '\\.')), pattern));
        // The archive stays, so that it can be looked at; of what it holds there is nothing, anywhere.
        assert.deepEqual(await namesIn(scratch.path('data')), [file]);
        assert.deepEqual(await namesIn(scratch.folder), ['data']);
        await assert.rejects(stat('/tmp/stagecraft-out'));
      });
    });
});

async function fetchBytes(server: FileServer): Promise<{ readonly bytes: () => Promise<Buffer> }> {
  server.manners = {};
  const response = await fetch(`${server.url}/small.tgz`);
  return { bytes: async () => Buffer.from(await response.arrayBuffer()) };
}
