/** CIFAR, Tiny-ImageNet, Caltech and CSV lists: what is listed and read of them, and what is refused. */
import assert from 'node:assert/strict';
import { readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseCsv } from '../../src/data/csv.js';
import { DatasetError, type DatasetSource, type Split } from '../../src/data/dataset.js';
import { builtInDatasets } from '../../src/data/datasets/built-in.js';
import { plainPng } from '../../src/data/datasets/plain-png.js';
import { decode } from '../../src/image/decode.js';
import { noise } from '../support/pictures.js';
import {
  CIFAR_NAMES,
  makeCaltech,
  makeCifar10,
  makeCifar100,
  makeCsv,
  makeTinyImageNet,
  TINY_WNIDS,
} from '../support/official-sets.js';
import { Scratch } from '../support/scratch.js';

const dataset = builtInDatasets();

function sourceOf(kind: string, root: string, options?: Readonly<Record<string, unknown>>): DatasetSource {
  return { kind, name: kind, root, ...(options && { options }) };
}

async function refused(answer: Promise<unknown>, ...patterns: readonly RegExp[]): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof DatasetError, String(error));
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  });
}

/** Ids and labels; each image can be read, and has as many bytes as listed. */
async function listed(source: DatasetSource, split: Split): Promise<readonly (readonly [string, number])[]> {
  const { images } = await dataset.list(source, split);
  assert.deepEqual(
    images.map(({ id }) => id),
    images.map(({ id }) => id).sort(),
  );
  for (const { id, bytes } of images) assert.equal((await dataset.read(source, split, id)).length, bytes);
  return images.map(({ id, label }) => [id, label] as const);
}

async function keepsIdsInside(source: DatasetSource): Promise<void> {
  for (const split of ['train', 'val'] as const)
    for (const id of [
      '../secret.png',
      'a/../../secret.png',
      '/etc/passwd.png',
      'a\0/b.png',
      '',
      '.hidden.png',
    ])
      await assert.rejects(dataset.read(source, split, id), DatasetError, id);
}

describe('CIFAR', () => {
  test('CIFAR-10 has the classes of its list, the test batch to validate with, and its pixels as they are', async () => {
    await using scratch = await Scratch.make();
    await makeCifar10(scratch, 'cifar');
    const source = sourceOf('cifar', scratch.path('cifar'));
    const { classes } = await dataset.list(source, 'train');
    assert.deepEqual(classes, CIFAR_NAMES);
    assert.equal((await listed(source, 'train')).length, 30);
    const val = await listed(source, 'val');
    assert.deepEqual(
      val,
      [0, 3, 1, 4, 2, 5].map((n) => [`${CIFAR_NAMES[n % 3]!}/test_batch-0000${n}.png`, n % 3]),
    );
    const file = await readFile(scratch.path('cifar/data_batch_3.bin'));
    const record = file.subarray(4 * 3073, 5 * 3073);
    const { width, height, data } = await decode(
      await dataset.read(source, 'train', 'automobile/data_batch_3-00004.png'),
    );
    assert.deepEqual([width, height], [32, 32]);
    for (let at = 0; at < 1024; at++)
      for (const channel of [0, 1, 2]) assert.equal(data[3 * at + channel], record[1 + 1024 * channel + at]);
    await keepsIdsInside(source);
    await refused(dataset.read(source, 'val', 'bird/test_batch-00000.png'), /has no image/);
    await refused(dataset.read(source, 'val', 'airplane/test_batch-00006.png'), /has no image/);
    await refused(dataset.read(source, 'val', 'airplane/data_batch_1-00000.png'), /has no image/);
  });

  test('CIFAR-100 has its fine labels, or the coarse ones', async () => {
    await using scratch = await Scratch.make();
    await makeCifar100(scratch, 'cifar');
    const fine = sourceOf('cifar', scratch.path('cifar'));
    assert.deepEqual((await dataset.list(fine, 'val')).classes, ['apple', 'pear', 'bed', 'chair']);
    const labels = (list: readonly (readonly [string, number])[]) => Object.fromEntries(list);
    assert.equal(labels(await listed(fine, 'train'))['chair/train-00007.png'], 3);
    const coarse = sourceOf('cifar', scratch.path('cifar'), { labels: 'coarse' });
    assert.deepEqual((await dataset.list(coarse, 'val')).classes, ['fruit', 'furniture']);
    assert.equal(labels(await listed(coarse, 'train'))['furniture/train-00007.png'], 1);
    assert.notEqual(await dataset.fingerprint(fine, 'val'), await dataset.fingerprint(coarse, 'val'));
  });

  test('files that are cut short, of labels without a name, or of another version are refused by name', async () => {
    await using scratch = await Scratch.make();
    await makeCifar10(scratch, 'cifar');
    const source = sourceOf('cifar', scratch.path('cifar'));
    const before = await dataset.fingerprint(source, 'val');
    await writeFile(scratch.path('cifar/test_batch.bin'), Buffer.alloc(3073, 3));
    await refused(
      dataset.list(source, 'val'),
      /test_batch\.bin: record 0 has the label 3, but batches\.meta\.txt names 3/,
    );
    assert.notEqual(await dataset.fingerprint(source, 'val'), before);
    await truncate(scratch.path('cifar/test_batch.bin'), 3000);
    await refused(
      dataset.list(source, 'val'),
      /test_batch\.bin has 3000 bytes, which are not whole records of 3073 bytes/,
    );
    await rm(scratch.path('cifar/data_batch_4.bin'));
    await refused(
      dataset.list(source, 'train'),
      /data_batch_4\.bin of CIFAR-10 is not there\. Get the set anew/,
    );
    for (const names of ['', 'cat\ncat\n', '../up\ncat\n']) {
      await scratch.write('cifar/batches.meta.txt', names);
      await refused(dataset.list(source, 'val'), /batches\.meta\.txt must name each class once/);
    }
    await scratch.write('python/data_batch_1', 'a pickle');
    await refused(
      dataset.list(sourceOf('cifar', scratch.path('python')), 'val'),
      /neither test_batch\.bin of CIFAR-10/,
    );
  });

  test('pixels come out of a PNG as they went in', async () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [200, 150],
    ] as const) {
      const { data } = noise(width, height, 5);
      const decoded = await decode(plainPng(width, height, data));
      assert.deepEqual([decoded.width, decoded.height], [width, height]);
      assert.ok(Buffer.from(data).equals(decoded.data));
    }
  });
});

describe('Tiny-ImageNet', () => {
  test('training images have the class of their folder, validation images that of their line', async () => {
    await using scratch = await Scratch.make();
    await makeTinyImageNet(scratch, 'tiny');
    const source = sourceOf('tiny-imagenet', scratch.path('tiny'));
    for (const split of ['train', 'val'] as const)
      assert.deepEqual((await dataset.list(source, split)).classes, TINY_WNIDS);
    const train = await listed(source, 'train');
    assert.equal(train.length, 12);
    assert.deepEqual(train[5], [`${TINY_WNIDS[1]!}/${TINY_WNIDS[1]!}_1.JPEG`, 1]);
    assert.deepEqual(
      await listed(source, 'val'),
      [0, 3, 1, 4, 2, 5].map((n) => [`${TINY_WNIDS[n % 3]!}/val_${n}.JPEG`, n % 3]),
    );
    await keepsIdsInside(source);
  });

  test('validation images without a line, and lines that are none, are refused', async () => {
    await using scratch = await Scratch.make();
    await makeTinyImageNet(scratch, 'tiny');
    const source = sourceOf('tiny-imagenet', scratch.path('tiny'));
    const before = await dataset.fingerprint(source, 'val');
    const lines = (await scratch.read('tiny/val/val_annotations.txt')).split('\n');
    await scratch.write('tiny/val/val_annotations.txt', lines.slice(1).join('\n'));
    await refused(
      dataset.list(source, 'val'),
      /val_annotations\.txt does not say which class .*: val_5\.JPEG/,
    );
    await scratch.write('tiny/val/val_annotations.txt', lines.join('\n').replace('n01443537', 'n01629819'));
    assert.notEqual(await dataset.fingerprint(source, 'val'), before);
    await scratch.write('tiny/val/val_annotations.txt', `${lines[0]!}\n../x.JPEG n01443537\n`);
    await refused(dataset.list(source, 'val'), /val_annotations\.txt:2 is "\.\.\/x\.JPEG n01443537"/);
    await scratch.write('tiny/val/val_annotations.txt', lines.join('\n'));
    await rm(scratch.path('tiny/val/images/val_3.JPEG'));
    await refused(
      dataset.list(source, 'val'),
      /val_annotations\.txt names 1 images that are not in val\/images: val_3\.JPEG/,
    );
    await rm(scratch.path('tiny/val/val_annotations.txt'));
    await refused(dataset.list(source, 'val'), /val_annotations\.txt, which says which class/);
    await scratch.write('tiny/train/n01443537/x.JPEG', 'x');
    await refused(
      dataset.list(source, 'train'),
      /do not lie in train\/<WNID>\/images\/ .*kind: image-folder/,
    );
  });
});

describe('Caltech', () => {
  const COUNTS = { BACKGROUND_Google: 33, accordion: 31, airplanes: 95 };

  test('of Caltech-101 30 images a class are trained on and up to 50 others tested with, in three ways', async () => {
    await using scratch = await Scratch.make();
    await makeCaltech(scratch, 'caltech', COUNTS);
    const seen = new Set<string>();
    for (const split of [undefined, 1, 2, 3]) {
      const source = sourceOf(
        'caltech',
        scratch.path('caltech'),
        split === undefined ? undefined : { split },
      );
      const { classes } = await dataset.list(source, 'train');
      assert.deepEqual(classes, ['BACKGROUND_Google', 'accordion', 'airplanes']);
      const [train, val] = [await listed(source, 'train'), await listed(source, 'val')];
      const count = (list: readonly (readonly [string, number])[]) =>
        classes.map((_, label) => list.filter((one) => one[1] === label).length);
      assert.deepEqual(
        [count(train), count(val)],
        [
          [30, 30, 30],
          [3, 1, 50],
        ],
      );
      const ids = new Set(train.map(([id]) => id));
      assert.ok(val.every(([id]) => !ids.has(id)));
      assert.notEqual(await dataset.fingerprint(source, 'train'), await dataset.fingerprint(source, 'val'));
      seen.add(JSON.stringify(train));
    }
    assert.equal(seen.size, 3);
    await keepsIdsInside(sourceOf('caltech', scratch.path('caltech')));
    const objects = sourceOf('caltech', scratch.path('caltech'), { background: 'left-out' });
    assert.deepEqual((await dataset.list(objects, 'val')).classes, ['accordion', 'airplanes']);
  });

  test('of Caltech-256 60 images a class are trained on and all others tested with', async () => {
    await using scratch = await Scratch.make();
    await makeCaltech(scratch, 'caltech', { '001.ak47': 65, '257.clutter': 130 });
    const source = sourceOf('caltech', scratch.path('caltech'));
    assert.equal((await listed(source, 'train')).length, 120);
    assert.equal((await listed(source, 'val')).length, 5 + 70);
    const objects = sourceOf('caltech', scratch.path('caltech'), { background: 'left-out' });
    assert.deepEqual((await dataset.list(objects, 'train')).classes, ['001.ak47']);
  });

  test('a class without an image to test with is refused by name', async () => {
    await using scratch = await Scratch.make();
    await makeCaltech(scratch, 'caltech', { ...COUNTS, yin_yang: 30 });
    await refused(
      dataset.list(sourceOf('caltech', scratch.path('caltech')), 'val'),
      /of 1 of 4 classes there are no more than the 30 images .*: yin_yang\./,
    );
  });
});

describe('CSV lists', () => {
  test('paths are ids, labels are classes, and other columns are passed over', async () => {
    await using scratch = await Scratch.make();
    await makeCsv(scratch, 'list');
    const source = sourceOf('csv', scratch.path('list'));
    assert.deepEqual((await dataset.list(source, 'train')).classes, ['cat', 'dog']);
    assert.deepEqual(
      await listed(source, 'val'),
      [0, 1, 2, 3].map((n) => [`pictures/val, ${n}.png`, n % 2]),
    );
    await keepsIdsInside(source);
    const print = () => dataset.fingerprint(source, 'val');
    const seen = [await print()];
    const list = await scratch.read('list/val.csv');
    await scratch.write('list/val.csv', list.replace('cat', 'dog'));
    seen.push(await print());
    await utimes(scratch.path('list/pictures/val, 0.png'), 1, 1);
    seen.push(await print());
    assert.equal(new Set(seen).size, 3);
  });

  test('labels that are numbers are in their order', async () => {
    await using scratch = await Scratch.make();
    for (const name of ['a', 'b', 'c']) await scratch.write(`list/${name}.png`, 'x');
    await scratch.write('list/train.csv', 'label,path\n10,a.png\n9,./b.png\n0,c.png');
    const { classes, images } = await dataset.list(sourceOf('csv', scratch.path('list')), 'train');
    assert.deepEqual(classes, ['0', '9', '10']);
    assert.deepEqual(
      images.map(({ id, label }) => [id, label]),
      [
        ['a.png', 2],
        ['b.png', 1],
        ['c.png', 0],
      ],
    );
  });

  test('what is wrong with a list is told by its line', async () => {
    await using scratch = await Scratch.make();
    for (const name of ['a.png', '.hidden.png']) await scratch.write(`list/${name}`, 'x');
    await scratch.write('outside.png', 'secret');
    await symlink(scratch.path('outside.png'), scratch.path('list/link.png'));
    const source = sourceOf('csv', scratch.path('list'));
    await refused(dataset.list(source, 'train'), /train\.csv cannot be read: .* a header path,label/);
    for (const [text, pattern] of [
      ['', /train\.csv:1 must name the columns/],
      ['file,class\na.png,x\n', /train\.csv:1 must name the columns, .*it is "file,class"/],
      ['path,label\n', /train\.csv lists no image/],
      ['path,label\na.png,x\na.png,y\n', /train\.csv:3 lists a\.png again, after line 2/],
      ['path,label\n\n\na.png\n', /train\.csv:4 has no label for a\.png/],
      ['path,label\nb.png,x\n', /train\.csv:2: there is no b\.png/],
      [
        'path,label\n../outside.png,x\n',
        /train\.csv:2: the path "\.\.\/outside\.png" has a path with "\.\."/,
      ],
      ['path,label\n/etc/passwd,x\n', /train\.csv:2: the path "\/etc\/passwd" has an absolute path/],
      ['path,label\n.hidden.png,x\n', /train\.csv:2: the path "\.hidden\.png" is hidden/],
      ['path,label\nlink.png,x\n', /train\.csv:2: link\.png is a link that leads outside of the root/],
      ['path,label\n"a.png,x\n', /train\.csv:2 has a quote that is never closed/],
      ['path,label\n"a"b.png,x\n', /train\.csv:2 has a quote/],
    ] as const) {
      await scratch.write('list/train.csv', text);
      await refused(dataset.list(source, 'train'), pattern);
    }
  });

  test('a quote that is never closed is found in a list of any length', () => {
    for (const text of ['a\n', '""'])
      assert.deepEqual([...parseCsv(`path,label\n"${text.repeat(16e6)}`)].at(-1), { wrongAt: 2 });
    assert.deepEqual([...parseCsv(','.repeat(1e6))], [{ wrongAt: 1 }]);
  });

  test('whatever is written as RFC 4180 says comes out again, with the line of each row', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'ü', ',', '"', '\n', '\r', ' '), maxLength: 6 });
    const row = fc.array(field, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.boolean(), (rows, ends) => {
        const lines = rows.map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(','));
        const text = lines.join('\r\n') + (ends ? '\r\n' : '');
        let line = 1;
        const wanted = rows.map((fields, i) => {
          const at = line;
          line += lines[i]!.split('\n').length;
          return { line: at, fields };
        });
        assert.deepEqual([...parseCsv(text)], wanted);
      }),
    );
  });
});
