import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { ImageFolder } from '../../src/data/datasets/image-folder.js';
import { DatasetError, type DatasetSource } from '../../src/data/dataset.js';

const folder = new ImageFolder();

/** A temporary root with these files: small PNGs, or the text given. Removed after `body`. */
async function withRoot(
  files: Readonly<Record<string, string | null>>,
  body: (source: DatasetSource & { root: string }, outside: string) => Promise<void>,
): Promise<void> {
  const top = await mkdtemp(join(tmpdir(), 'stagecraft-folder-'));
  const root = join(top, 'set');
  const outside = join(top, 'outside');
  try {
    await mkdir(root);
    await mkdir(outside);
    for (const [path, text] of Object.entries(files))
      await put(join(root, path), text ?? (await png(path.length)));
    await body({ kind: 'image-folder', name: 'set', root }, outside);
  } finally {
    await rm(top, { recursive: true });
  }
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** A PNG of 4 x 3 pixels. */
function png(grey: number): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  return sharp({ create: { width: 4, height: 3, channels: 3, background } })
    .png()
    .toBuffer();
}

function refusal(...parts: readonly RegExp[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof DatasetError, String(error));
    for (const part of parts) assert.match(error.message, part);
    return true;
  };
}

const CATS_AND_DOGS = { 'train/dog/1.png': null, 'train/cat/b.PNG': null, 'train/cat/a.png': null };

test('classes and images are sorted by code unit, and labels are indices into the classes', async () => {
  const files = { ...CATS_AND_DOGS, 'train/Zebra/x.png': null, 'train/cat/more/c.png': null };
  await withRoot(files, async (source) => {
    const { classes, images } = await folder.list(source, 'train');
    assert.deepEqual(classes, ['Zebra', 'cat', 'dog']);
    assert.deepEqual(
      images.map(({ id, label }) => [id, label]),
      [
        ['Zebra/x.png', 0],
        ['cat/a.png', 1],
        ['cat/b.PNG', 1],
        ['cat/more/c.png', 1],
        ['dog/1.png', 2],
      ],
    );
  });
});

test('hidden files, hidden folders and files that are no images are passed over', async () => {
  const noise = {
    'train/cat/.hidden.png': null,
    'train/.git/x.png': null,
    'train/cat/notes.txt': 'x',
    'train/a.png': null,
  };
  await withRoot({ ...CATS_AND_DOGS, ...noise }, async (source) => {
    const { classes, images } = await folder.list(source, 'train');
    assert.deepEqual(classes, ['cat', 'dog']);
    assert.equal(images.length, 3);
  });
});

test('what is read is the file, of the length listed', async () => {
  await withRoot(CATS_AND_DOGS, async (source) => {
    for (const { id, bytes } of (await folder.list(source, 'train')).images) {
      const read = await folder.read(source, 'train', id);
      assert.equal(read.length, bytes);
      const { width, height } = await sharp(read).metadata();
      assert.deepEqual([width, height], [4, 3]);
    }
  });
});

test('ids that are not those of images below the split are refused', async () => {
  await withRoot({ ...CATS_AND_DOGS, 'val/cat/v.png': null, 'secret.png': null }, async (source, outside) => {
    await put(join(outside, 'x.png'), 'secret');
    const ids = [
      '../../outside/x.png',
      '../val/cat/v.png',
      'cat/../../secret.png',
      'cat/../dog/1.png',
      join(outside, 'x.png'),
      '/etc/passwd.png',
      'cat//a.png',
      './cat/a.png',
      'cat/.hidden.png',
      'cat/a.png\0.png',
      'cat',
      'a.png',
      '',
    ];
    for (const id of ids) await assert.rejects(folder.read(source, 'train', id), refusal(/is refused/), id);
    await assert.rejects(folder.read(source, 'train', 'cat/absent.png'), refusal(/does not exist/));
  });
});

test('links are followed inside the root and refused outside of it', async () => {
  await withRoot({ ...CATS_AND_DOGS, 'pool/p.png': null }, async (source, outside) => {
    await symlink('../../pool/p.png', join(source.root, 'train/dog/inside.png'));
    assert.equal((await folder.list(source, 'train')).images.at(-1)?.id, 'dog/inside.png');
    assert.ok((await folder.read(source, 'train', 'dog/inside.png')).length > 0);

    await put(join(outside, 'x.png'), 'secret');
    const link = join(source.root, 'train/dog/link.png');
    await symlink(join(outside, 'x.png'), link);
    await assert.rejects(
      folder.list(source, 'train'),
      refusal(/link\.png is a link to .*outside of the root/),
    );
    await assert.rejects(folder.read(source, 'train', 'dog/link.png'), refusal(/a link leads outside/));
    await rm(link);

    await symlink(outside, join(source.root, 'train/far'));
    await assert.rejects(folder.list(source, 'train'), refusal(/far is a link to .*outside of the root/));
    await assert.rejects(folder.read(source, 'train', 'far/x.png'), refusal(/a link leads outside/));
    await rm(join(source.root, 'train/far'));

    await symlink('..', join(source.root, 'train/dog/loop'));
    await assert.rejects(folder.list(source, 'train'), refusal(/loop/));
    await rm(join(source.root, 'train/dog/loop'));

    await symlink('nowhere.png', join(source.root, 'train/dog/dangling.png'));
    await assert.rejects(folder.list(source, 'train'), refusal(/dangling\.png cannot be read/));

    await symlink(outside, join(source.root, 'val'));
    await assert.rejects(folder.list(source, 'val'), refusal(/val is a link that leaves the root/));
  });
});

test('a missing split is an error that tells the expected layout and what was found', async () => {
  await withRoot({ 'training/cat/a.png': null, 'readme.txt': 'x' }, async (source) => {
    const told = refusal(
      /There is no folder .*train/,
      /<class>.<image>\.jpg/,
      /found readme\.txt, training\//,
    );
    await assert.rejects(folder.list(source, 'train'), told);
    await assert.rejects(folder.fingerprint(source, 'train'), told);
    await assert.rejects(
      folder.list({ ...source, root: join(source.root, 'no') }, 'train'),
      refusal(/no folder/),
    );
    await assert.rejects(folder.list({ kind: 'image-folder', name: 'set' }, 'train'), refusal(/need a root/));
  });
});

test('a split without class folders and class folders without images are errors that name them', async () => {
  await withRoot({ 'train/a.png': null, 'val/cat/a.png': null, 'val/dog/a.txt': 'x' }, async (source) => {
    await mkdir(join(source.root, 'val/empty'));
    await assert.rejects(folder.list(source, 'train'), refusal(/holds no class folder/, /found a\.png/));
    await assert.rejects(folder.list(source, 'val'), refusal(/2 of 3 class folders: dog, empty/));
  });
});

test('the fingerprint changes with a name, a size or a time, and with nothing else', async () => {
  await withRoot(CATS_AND_DOGS, async (source) => {
    const print = (): Promise<string> => folder.fingerprint(source, 'train');
    const path = join(source.root, 'train/cat/a.png');
    const seen = [await print()];
    assert.match(seen[0]!, /^[0-9a-f]{64}$/);
    await put(join(source.root, 'train/cat/notes.txt'), 'no image');
    assert.equal(await print(), seen[0]);

    await utimes(path, 1, 1);
    seen.push(await print());
    await writeFile(path, 'longer or shorter');
    await utimes(path, 1, 1);
    seen.push(await print());
    await rename(path, join(source.root, 'train/cat/c.png'));
    seen.push(await print());
    await rm(join(source.root, 'train/cat/c.png'));
    seen.push(await print());
    assert.equal(new Set(seen).size, 5);
  });
});
