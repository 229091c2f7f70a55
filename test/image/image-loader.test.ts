import assert from 'node:assert/strict';
import test from 'node:test';
import { DecodedImages } from '../../src/image/decoded-images.js';
import { ImageLoader } from '../../src/image/image-loader.js';
import { ImageError } from '../../src/image/pixels.js';
import { noise, png } from '../support/pictures.js';

/** Images of 8 x 8 px (192 bytes decoded), and how often each was read. */
async function library(ids: readonly string[]) {
  const encoded = new Map<string, Buffer>();
  for (const [i, id] of ids.entries()) encoded.set(id, await png(noise(8, 8, i)));
  const reads: string[] = [];
  const read = (id: string) => {
    reads.push(id);
    const bytes = encoded.get(id);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`no file ${id}`));
  };
  return { read, reads, encoded };
}

const BYTES = 8 * 8 * 3;

test('what fits in the cache is read once, and what is beyond it each time', async () => {
  const { read, reads } = await library(['a', 'b', 'c']);
  const loader = new ImageLoader({ read, split: 'train', cacheBytes: 2 * BYTES + 1 });
  for (let epoch = 0; epoch < 3; epoch++) for (const id of ['a', 'b', 'c']) await loader.load(id);
  assert.deepEqual(reads, ['a', 'b', 'c', 'c', 'c']);
});

test('without a cache every image is read each time', async () => {
  const { read, reads } = await library(['a']);
  const loader = new ImageLoader({ read, split: 'train', cacheBytes: 0 });
  assert.deepEqual(await loader.load('a'), await loader.load('a'));
  assert.deepEqual(reads, ['a', 'a']);
});

test('an image that stands twice in one batch takes its room in the cache once', async () => {
  const { read, reads } = await library(['a', 'b']);
  const loader = new ImageLoader({ read, split: 'train', cacheBytes: 2 * BYTES });
  const [first, second] = await loader.loadAll(['a', 'a']);
  assert.deepEqual(first, second);
  reads.length = 0;
  await loader.load('b');
  await loader.loadAll(['a', 'b']);
  assert.deepEqual(reads, ['b']);
});

test('images come in the order that was asked for, rescaled', async () => {
  const { read } = await library(['a', 'b', 'c']);
  const loader = new ImageLoader({ read, side: 4, split: 'train', cacheBytes: 0 });
  const all = await loader.loadAll(['c', 'a', 'b']);
  assert.ok(all.every(({ width, height }) => width === 4 && height === 4));
  assert.deepEqual(all, [await loader.load('c'), await loader.load('a'), await loader.load('b')]);
});

test('a bad image is named', async () => {
  const { read, encoded } = await library(['good']);
  encoded.set('bird/broken.png', encoded.get('good')!.subarray(0, 60));
  const loader = new ImageLoader({ read, split: 'train', cacheBytes: BYTES });
  await assert.rejects(loader.loadAll(['good', 'bird/broken.png']), (error: unknown) => {
    assert.ok(error instanceof ImageError);
    assert.match(error.message, /^The image "train\/bird\/broken\.png" cannot be used: /);
    return true;
  });
});

test('a file that cannot be read is not taken for a bad image', async () => {
  const { read } = await library([]);
  const failure = await new ImageLoader({ read, split: 'train', cacheBytes: 0 })
    .load('none')
    .catch((e: unknown) => e);
  assert.ok(failure instanceof Error && !(failure instanceof ImageError));
});

test('loaders that share a memory read, decode and rescale an image once for all of them', async () => {
  const { read, reads } = await library(['a', 'b']);
  const images = new DecodedImages(1e6);
  const options = {
    read,
    split: 'val',
    cacheBytes: 0,
    decoded: { images, digestOf: (id: string) => id },
  } as const;
  const at4 = () => new ImageLoader({ ...options, side: 4 });
  const first = await at4().loadAll(['a', 'b']);
  const again = await at4().loadAll(['a', 'b']);
  for (const [i, pixels] of first.entries()) assert.equal(again[i], pixels, 'the very same pixels');
  const other = await new ImageLoader({ ...options, side: 6 }).load('a');
  assert.equal(other.width, 6);
  assert.deepEqual(reads, ['a', 'b']);
});
