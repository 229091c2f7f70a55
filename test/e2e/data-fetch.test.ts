/** `data fetch`, `data list` and `data check NAME` on the command line. That a set arrives is for test/fetch: here are no real ones. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { RELEASES } from '../../src/fetch/catalogue.js';
import { Command, stagecraft } from '../support/command.js';
import { FileServer } from '../support/file-server.js';
import { makeIlsvrc } from '../support/ilsvrc.js';
import { makeCifar10 } from '../support/official-sets.js';
import { Scratch } from '../support/scratch.js';

const STACK = /^\s+at /m;

test('data list names every set with its size, terms and page, and as JSON with digests', async () => {
  await using scratch = await Scratch.make();
  for (const command of ['list', 'fetch']) {
    const { status, stdout } = await stagecraft(scratch.folder, 'data', command);
    assert.equal(status, 0);
    for (const { name, licence, page } of RELEASES)
      for (const text of [`${name} (`, licence, page]) assert.ok(stdout.includes(text), text);
    assert.match(stdout, /^imagenette2-160 \(99 MB\): /m);
    assert.match(stdout, /^ilsvrc2012 \(by hand\): /m);
  }
  const { stdout } = await stagecraft(scratch.folder, 'data', 'list', '--json');
  assert.deepEqual(JSON.parse(stdout), RELEASES);
});

test('every set has a name of its own, a digest for each file, and bounds that the files can fit', () => {
  assert.equal(new Set(RELEASES.map(({ name }) => name)).size, RELEASES.length);
  for (const release of RELEASES)
    for (const { url, bytes, sha256, most } of 'archives' in release ? release.archives : []) {
      assert.match(url, /^https?:\/\/\S+\.(tar|tgz|tar\.gz|zip)$/);
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.ok(Number.isInteger(bytes) && most.bytes > bytes, url);
    }
});

test('a set that needs an agreement is not fetched: where to get it, which files, status 2', async () => {
  await using scratch = await Scratch.make();
  const { status, stdout, stderr } = await stagecraft(scratch.folder, 'data', 'fetch', 'ilsvrc2012');
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^ilsvrc2012 cannot be fetched: .* Log in at image-net\.org/);
  assert.match(stderr, /^Files: ILSVRC2012_img_train\.tar .*ILSVRC2012_devkit_t12\.tar\.gz/m);
  assert.doesNotMatch(stderr, STACK);
});

test('a name that is none ends with status 2, a file of a mirror that is another with status 1', async () => {
  await using scratch = await Scratch.make();
  await using server = await FileServer.start({ 'cifar-10-binary.tar.gz': Buffer.alloc(100) });
  const fetch = (...args: readonly string[]) => stagecraft(scratch.folder, 'data', 'fetch', ...args);
  const unknown = await fetch('cifar10');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /^There is no image set "cifar10" to fetch\. Did you mean "cifar-10"\?/);
  const other = await fetch('cifar-10', '--to', 'here', '--from', server.url);
  assert.equal(other.status, 1);
  assert.match(
    other.stderr,
    /cifar-10-binary\.tar\.gz has 100 bytes, but the release has 170052171: it is another file/,
  );
  assert.doesNotMatch(other.stderr, STACK);
  assert.deepEqual(server.asked, ['GET /cifar-10-binary.tar.gz']);
  const nowhere = await fetch('cifar-10', '--from', 'ftp://somewhere');
  assert.match(nowhere.stderr, /^--from must be an address/);
});

test('ILSVRC-2012 without its training images is told so, and that alone is no problem', async () => {
  await using scratch = await Scratch.make();
  const root = await makeIlsvrc(scratch, 'official');
  await rm(join(root, 'ILSVRC2012_img_train'), { recursive: true });
  const { stdout } = await stagecraft(scratch.folder, 'data', 'check', 'ilsvrc2012', '--root', root);
  assert.match(stdout, /6 classes, no training and 12 validation images/);
  assert.doesNotMatch(stdout, /There are no training images/);
  assert.match(stdout, /val holds 12 images, the release 50000/);
});

test('a fetch that is killed leaves what has come, for the next to go on from', async () => {
  await using scratch = await Scratch.make();
  const { bytes } = RELEASES.flatMap((one) => ('archives' in one ? one.archives : [])).find(({ url }) =>
    url.includes('cifar-10-'),
  )!;
  await using server = await FileServer.start({ 'cifar-10-binary.tar.gz': Buffer.alloc(bytes) });
  server.manners = { holdAfter: 100e6 };
  {
    using fetch = new Command(['data', 'fetch', 'cifar-10', '--from', server.url], scratch.folder);
    await fetch.says(/downloading cifar-10-binary\.tar\.gz, MB: \d+ of 170/);
    fetch.signal('SIGKILL');
    await fetch.finished;
  }
  server.manners = {};
  // Zeros are not CIFAR-10, which is noticed only once all has come.
  const { status, stderr } = await stagecraft(
    scratch.folder,
    'data',
    'fetch',
    'cifar-10',
    '--from',
    server.url,
  );
  assert.equal(status, 1);
  assert.match(server.asked.at(-1)!, /^GET \/cifar-10-binary\.tar\.gz bytes=[1-9]\d+-$/);
  assert.match(stderr, /gave a file with the SHA-256 [0-9a-f]{64}, but the release has c4a38c50/);
});

test('data check NAME counts a set and compares it with the release', async () => {
  await using scratch = await Scratch.make();
  await makeCifar10(scratch, 'cifar');
  const check = (...args: readonly string[]) => stagecraft(scratch.folder, 'data', 'check', ...args);
  const { status, stdout } = await check('cifar-10', '--root', 'cifar');
  assert.equal(status, 1);
  assert.match(stdout, /^cifar-10 in .*cifar: 3 classes, 30 training and 6 validation images$/m);
  assert.match(stdout, /^ {2}train holds 30 images, the release 50000\.$/m);
  assert.match(stdout, /^ {2}val holds 3 classes, the release 10\.$/m);
  assert.match(stdout, /There is no SHA256SUMS/);
  const { problems } = JSON.parse((await check('ilsvrc2012', '--root', 'none', '--json')).stdout) as {
    problems: readonly string[];
  };
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /There is no folder .*none, where the images should be/);
  const strange = await check('cifar10', '--root', 'cifar');
  assert.match(strange.stderr, /there is none called "cifar10"\. Did you mean "cifar-10/);
  const absent = await check('ilsvrc2012', '--root', 'none', '--json');
  assert.equal(absent.status, 1);
  assert.match(absent.stdout, /There is no folder .*none/);
  assert.equal((await check('cifar-10')).status, 2);
  assert.equal((await check('spec.yaml', '--root', 'cifar')).status, 2);
});
