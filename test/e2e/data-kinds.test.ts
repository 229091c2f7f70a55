/** Every kind of image set through the real command line, small and in its official layout. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { test } from 'node:test';
import { stagecraft } from '../support/command.js';
import { LAYOUTS, makeIlsvrc, metaMat, TRUTH, valName } from '../support/ilsvrc.js';
import {
  makeCaltech,
  makeCifar10,
  makeCifar100,
  makeCsv,
  makeTinyImageNet,
} from '../support/official-sets.js';
import { Scratch } from '../support/scratch.js';

async function check(scratch: Scratch, data: Readonly<Record<string, unknown>>) {
  const spec = { title: 'Images', data, stages: { images: { kind: 'index', split: 'train' } } };
  await scratch.write('spec.yaml', JSON.stringify(spec));
  return stagecraft(scratch.folder, 'data', 'check', 'spec.yaml');
}

for (const layout of LAYOUTS)
  test(`ILSVRC-2012 as ${layout} is checked`, async () => {
    await using scratch = await Scratch.make();
    await makeIlsvrc(scratch, layout);
    const expect = { classes: 6, train: 18, val: 12 };
    const { status, stdout } = await check(scratch, { kind: 'ilsvrc2012', root: layout, expect });
    assert.equal(status, 0, stdout);
    assert.match(stdout, new RegExp(`^${layout} \\(ilsvrc2012 in .*${layout}\\): 6 classes$`, 'm'));
    assert.match(stdout, /^ {2}train: 18 images, 3 \(n01440764\) to 3 \(n01440764\) a class$/m);
    assert.match(stdout, /^ {2}val: 12 images, 2 \(n01440764\) to 2 \(n01440764\) a class$/m);
  });

const SETS: readonly {
  readonly what: string;
  readonly make: (scratch: Scratch) => Promise<void>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly says: readonly RegExp[];
}[] = [
  {
    what: 'CIFAR-10',
    make: (scratch) => makeCifar10(scratch, 'set'),
    data: { kind: 'cifar' },
    says: [
      /: 3 classes$/m,
      /train: 30 images, 10 \(airplane\)/,
      /val: 6 images/,
      /smallest sides 32 to 32 px/,
    ],
  },
  {
    what: 'CIFAR-100 by its coarse labels',
    make: (scratch) => makeCifar100(scratch, 'set'),
    data: { kind: 'cifar', labels: 'coarse' },
    says: [/: 2 classes$/m, /train: 8 images, 4 \(fruit\)/, /val: 8 images/],
  },
  {
    what: 'Tiny-ImageNet',
    make: (scratch) => makeTinyImageNet(scratch, 'set'),
    data: { kind: 'tiny-imagenet' },
    says: [/: 3 classes$/m, /train: 12 images, 4 \(n01443537\)/, /val: 6 images, 2 \(n01443537\)/],
  },
  {
    what: 'Caltech-101',
    make: (scratch) => makeCaltech(scratch, 'set', { accordion: 32, yin_yang: 33 }),
    data: { kind: 'caltech', split: 2 },
    says: [
      /: 2 classes$/m,
      /train: 60 images, 30 \(accordion\)/,
      /val: 5 images, 2 \(accordion\) to 3 \(yin_yang\)/,
    ],
  },
  {
    what: 'a CSV list',
    make: (scratch) => makeCsv(scratch, 'set'),
    data: { kind: 'csv' },
    says: [/: 2 classes$/m, /train: 6 images, 3 \(cat\)/, /val: 4 images, 2 \(cat\)/],
  },
];

for (const { what, make, data, says } of SETS)
  test(`${what} is checked`, async () => {
    await using scratch = await Scratch.make();
    await make(scratch);
    const { status, stdout, stderr } = await check(scratch, { ...data, root: 'set' });
    assert.equal(status, 0, stdout + stderr);
    for (const pattern of says) assert.match(stdout, pattern);
    assert.match(stdout, /^ {2}Nothing is wrong\.$/m);
  });

test('a run trains on the official tars and fails at images in the wrong order of classes, with the cause', async () => {
  await using scratch = await Scratch.make();
  await makeIlsvrc(scratch, 'tars');
  await scratch.write(
    'spec.yaml',
    `title: Tars
data: { kind: ilsvrc2012, name: small, root: tars }
scales: { crop: 64, map: { 256: 72 } }
stages:
  augmented: { kind: augment }
  a: { kind: train, net: A, S: 256, augment: augmented, width: 0.0625, epochs: 1, batch: 4, initialisation: he }
  scores: { kind: evaluate, from: a, Q: 256 }
tables: { tiny: { rows: scores, columns: [net, S, Q, top1, top5] } }
`,
  );
  const done = await stagecraft(scratch.folder, 'run', 'spec.yaml', '--backend', 'wasm');
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /\| A +\|/);
  // The same images, sorted into folders by somebody who took the two orders for one.
  const { classes } = await wrongFolders(scratch);
  const wrong = await stagecraft(
    scratch.folder,
    'run',
    'spec.yaml',
    '--backend',
    'wasm',
    '--set',
    'data.root=wrong',
  );
  assert.equal(wrong.status, 1, classes.join());
  assert.match(
    wrong.stderr + wrong.stdout,
    /the two orders of the classes are swapped: the number that the devkit calls ILSVRC2012_ID/,
  );
});

async function wrongFolders(scratch: Scratch): Promise<{ readonly classes: readonly string[] }> {
  await makeIlsvrc(scratch, 'folders', 'wrong');

  const classes = (await readdir(scratch.path('wrong/val'))).sort();
  for (const wnid of classes) await rename(scratch.path('wrong/val', wnid), scratch.path('wrong', wnid));
  for (const wnid of classes) await mkdir(scratch.path('wrong/val', wnid), { recursive: true });
  for (const wnid of classes)
    for (const file of await readdir(scratch.path('wrong', wnid))) {
      const number = TRUTH.findIndex((_, i) => valName(i + 1) === file);
      await rename(
        scratch.path('wrong', wnid, file),
        scratch.path('wrong/val', classes[TRUTH[number]! - 1]!, file),
      );
    }
  const devkit = 'wrong/ILSVRC2012_devkit_t12/data';
  await scratch.write(`${devkit}/meta.mat`, metaMat());
  await scratch.write(`${devkit}/ILSVRC2012_validation_ground_truth.txt`, `${TRUTH.join('\n')}\n`);
  return { classes };
}
