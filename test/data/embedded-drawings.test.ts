import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import sharp from 'sharp';
import { DatasetError, type DatasetSource, type Listing, type Split } from '../../src/data/dataset.js';
import { place } from '../../src/data/datasets/drawing-scene.js';
import { EmbeddedDrawings } from '../../src/data/datasets/embedded-drawings.js';

const SOURCE: DatasetSource = { kind: 'embedded', name: 'drawings' };
const SPLITS: readonly Split[] = ['train', 'val'];
const drawings = new EmbeddedDrawings();

async function sha256(split: Split, id: string): Promise<string> {
  return createHash('sha256')
    .update(await drawings.read(SOURCE, split, id))
    .digest('hex');
}

/** `class/concept` of each image, without repeats. */
function conceptsOf({ images }: Listing): Set<string> {
  return new Set(images.map(({ id }) => id.split('/').slice(0, 2).join('/')));
}

test('there are at least 20 classes, the same in both splits, and enough pictures of each', async () => {
  const [train, val] = [await drawings.list(SOURCE, 'train'), await drawings.list(SOURCE, 'val')];
  assert.ok(train.classes.length >= 20);
  assert.deepEqual(train.classes, [...train.classes].sort());
  assert.deepEqual(val.classes, train.classes);
  assert.ok(train.images.length >= 3000 && train.images.length <= 6000, `${train.images.length} in train`);
  assert.ok(val.images.length >= 800 && val.images.length <= 1500, `${val.images.length} in val`);
  for (const [listing, least] of [
    [train, 80],
    [val, 20],
  ] as const) {
    for (const [label, name] of listing.classes.entries()) {
      const members = listing.images.filter((image) => image.label === label);
      assert.ok(members.length >= least, `${members.length} of ${name}`);
      assert.ok(members.every(({ id }) => id.startsWith(`${name}/`)));
    }
  }
});

test('images are sorted by an id that is unique and safe in a path', async () => {
  for (const split of SPLITS) {
    const ids = (await drawings.list(SOURCE, split)).images.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)].sort());
    for (const id of ids) assert.match(id, /^[a-z-]+\/[a-z0-9-]+\/[a-z0-9-]+-[1-9][0-9]*$/);
  }
});

test('no concept stands on both sides of the split', async () => {
  const train = conceptsOf(await drawings.list(SOURCE, 'train'));
  const val = conceptsOf(await drawings.list(SOURCE, 'val'));
  assert.deepEqual(
    [...val].filter((concept) => train.has(concept)),
    [],
  );
  const part = val.size / (val.size + train.size);
  assert.ok(part > 0.18 && part < 0.26, `${part} of the concepts are held out`);
});

test('the listing and the documents are the same on every machine and run', async () => {
  // These change with the packages or the generator; then GENERATOR_VERSION must be raised as well.
  const listings = await Promise.all(SPLITS.map((split) => drawings.list(SOURCE, split)));
  const boxes = listings.map(({ images }) => images.map(({ box }) => box));
  const bare = listings.map(({ classes, images }) => ({
    classes,
    images: images.map(({ id, label, bytes }) => ({ id, label, bytes })),
  }));
  const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');
  assert.deepEqual(
    {
      listings: digest(bare),
      boxes: digest(boxes),
      owl: await sha256('train', 'animal-bird/owl/noto-1'),
      bird: await sha256('val', 'animal-bird/bird/fxemoji-2'),
      rocket: await sha256('val', 'transport-air/rocket/twemoji-1'),
    },
    {
      listings: 'bb64c211c55a02a6f80653138bfc308787f82d347368de6afeb3a61b7e0f52fc',
      boxes: '8fa4eca369edfc6de78695fd6b6537eae2f563957e3e657f90dbc13a5ac53f0a',
      owl: 'e6cd017183d671450b13f28ca9c5fb6adb04e19935f935eb3d099ec6a8814314',
      bird: 'fa29567fa6df05ebd81c67ad9b485e90f54910c22fbbd4411c35108725894766',
      rocket: 'c7acb2f727875b50e61870a7e2cb13084d7d24f1578870cb626a8ec2a42484c8',
    },
  );
});

test('a second instance asked in another order gives the same bytes', async () => {
  const { images } = await drawings.list(SOURCE, 'val');
  const other = new EmbeddedDrawings();
  for (const { id, bytes } of images.filter((_, i) => i % 50 === 0).reverse()) {
    const read = await other.read(SOURCE, 'val', id);
    assert.equal(read.length, bytes);
    assert.deepEqual(read, await drawings.read(SOURCE, 'val', id));
  }
});

test('every 20th document renders, at its own size, with an aspect ratio of 5:7 to 7:5', async () => {
  const shapes = { wide: 0, high: 0 };
  for (const split of SPLITS) {
    const { images } = await drawings.list(SOURCE, split);
    for (const { id } of images.filter((_, i) => i % 20 === 0)) {
      const { info } = await sharp(await drawings.read(SOURCE, split, id))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = place(split, id);
      assert.deepEqual([info.width, info.height], [width, height], id);
      assert.ok(Math.max(width, height) / Math.min(width, height) < 1.41, id);
      shapes[width > height ? 'wide' : 'high'] += 1;
    }
  }
  assert.ok(Math.min(shapes.wide, shapes.high) > 100, JSON.stringify(shapes));
});

test('the drawing lies inside of its picture, and fills at least four fifths of the short side', async () => {
  for (const { id } of (await drawings.list(SOURCE, 'train')).images) {
    const { width, height, left, top, side } = place('train', id);
    assert.ok(left >= 0 && top >= 0 && left + side <= width && top + side <= height, id);
    const part = side / Math.min(width, height);
    assert.ok(part > 0.79 && part <= 1, id);
  }
});

test('a drawing of a thing with a like name is not taken for it', async () => {
  const { images } = await drawings.list(SOURCE, 'train');
  const artists = new Set(images.flatMap(({ id }) => /^animal-bug\/cricket\/(.*)-\d+$/.exec(id)?.[1] ?? []));
  // emojione and noto-v1 have a bat and ball whose alias is 'cricket', and no insect.
  assert.deepEqual([...artists], ['fluent-emoji-flat', 'noto', 'twemoji']);
});

test('ids of no image are refused', async () => {
  for (const id of [
    '',
    'animal-bird/owl/noto-99',
    '../animal-bird/owl/noto-1',
    'animal-bird/bird/fxemoji-2',
  ]) {
    await assert.rejects(drawings.read(SOURCE, 'train', id), DatasetError, id);
  }
});

test('the fingerprint is a digest of its own for each split, and the same for another instance', async () => {
  const [train, val] = await Promise.all(SPLITS.map((split) => drawings.fingerprint(SOURCE, split)));
  assert.match(train!, /^[0-9a-f]{64}$/);
  assert.notEqual(train, val);
  assert.equal(await new EmbeddedDrawings().fingerprint(SOURCE, 'train'), train);
});
