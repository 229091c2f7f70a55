import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkedReader } from '../../src/data/checked-reader.js';
import { DatasetError } from '../../src/data/dataset.js';
import { IMAGES_FILE, isListing, readIndex, writeIndex } from '../../src/data/index-file.js';
import { IndexStage } from '../../src/stages/index/stage.js';
import { digestBytes } from '../../src/util/digest.js';
import { MemoryDataset } from '../support/memory-dataset.js';
import { pictureSet, runStage } from '../support/stage-rig.js';

const SOURCE = { kind: 'memory', name: 'noise' } as const;

test('an index of any names is read as it was written, a line an image', async () => {
  const text = fc.string({ unit: 'grapheme' });
  const box = fc.record(
    { left: fc.nat(), top: fc.nat(), width: fc.nat(), height: fc.nat() },
    { noNullPrototype: true },
  );
  const image = fc.record(
    { id: text, label: fc.nat(), bytes: fc.nat(), sha256: text, box },
    { noNullPrototype: true, requiredKeys: ['id', 'label', 'bytes', 'sha256'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(image), async (classes, images) => {
      const files = writeIndex({ classes, images });
      const read = (file: string) => Promise.resolve(Buffer.from(files[file]!));
      assert.deepEqual(await readIndex({ read }), { classes, images });
      assert.equal(files[IMAGES_FILE]!.split('\n').length, images.length + 1);
    }),
  );
});

test('the index stage lists every image with its digest, or a balanced part of them', async () => {
  const dataset = await pictureSet(4);
  const stage = new IndexStage(dataset);
  const parameters = { dataset: SOURCE, split: 'val', limit: null } as const;
  const all = await readIndex((await runStage(stage, parameters)).output);
  assert.deepEqual(all.classes, ['dark', 'grey', 'light']);
  assert.equal(all.images.length, 12);
  for (const { id, sha256, bytes } of all.images) {
    const encoded = await dataset.read(SOURCE, 'val', id);
    assert.deepEqual([sha256, bytes], [digestBytes(encoded), encoded.length]);
  }
  const part = await readIndex((await runStage(stage, { ...parameters, limit: 6 })).output);
  assert.deepEqual(
    part.images.map(({ label }) => label),
    [0, 0, 1, 1, 2, 2],
  );
});

test('an image that changed after it was indexed is noticed and named', async () => {
  const images = new Map([['a/1', Buffer.from('one')]]);
  const dataset = new MemoryDataset({ train: images, val: new Map() });
  const index = {
    classes: ['a'],
    images: [{ id: 'a/1', label: 0, bytes: 3, sha256: digestBytes('one') }],
  };
  const read = checkedReader(dataset, SOURCE, 'train', index);
  assert.equal(Buffer.from(await read('a/1')).toString(), 'one');
  images.set('a/1', Buffer.from('two'));
  await assert.rejects(
    read('a/1'),
    (error) => error instanceof DatasetError && /"a\/1".*changed/.test(error.message),
  );
});

test('a set known by its listing is not read, is checked by sizes, and says so', async () => {
  const dataset = await pictureSet(4);
  let reads = 0;
  const read = dataset.read.bind(dataset);
  dataset.read = (...args) => {
    reads += 1;
    return read(...args);
  };
  const source = { ...SOURCE, identity: 'listing' } as const;
  const parameters = { dataset: source, split: 'val', limit: null } as const;
  const { output } = await runStage(new IndexStage(dataset), parameters, { source });
  const index = await readIndex(output);
  assert.equal(reads, 0);
  assert.equal(index.images.length, 12);
  assert.ok(isListing(index) && index.images.every(({ bytes, sha256 }) => bytes > 0 && sha256 === undefined));
  const reader = checkedReader(dataset, source, 'val', index);
  assert.equal((await reader(index.images[0]!.id)).length, index.images[0]!.bytes);
  const [first, ...others] = index.images;
  const longer = { ...index, images: [{ ...first!, bytes: first!.bytes + 1 }, ...others] };
  await assert.rejects(checkedReader(dataset, source, 'val', longer)(first!.id), DatasetError);
});
