/** ILSVRC-2012 in the layouts that it is kept in, made small. */
import assert from 'node:assert/strict';
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { classesDiffer } from '../../src/data/class-problems.js';
import type { DatasetSource } from '../../src/data/dataset.js';
import { builtInDatasets } from '../../src/data/datasets/built-in.js';
import { digestBytes } from '../../src/util/digest.js';
import { UserError } from '../../src/util/user-error.js';
import {
  BY_ID,
  LAYOUTS,
  type Layout,
  makeIlsvrc,
  metaMat,
  SORTED,
  solutionFile,
  TRUTH,
  truthFile,
  valName,
  wnidOf,
} from '../support/ilsvrc.js';
import { zeros } from '../support/mat-file.js';
import { Scratch } from '../support/scratch.js';
import { tar } from '../support/tar-file.js';

const TRUTH_FILE = 'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt';
const META_FILE = 'ILSVRC2012_devkit_t12/data/meta.mat';

const dataset = builtInDatasets();
const sourceAt = (root: string): DatasetSource => ({ kind: 'ilsvrc2012', name: 'imagenet', root });

function told(...patterns: readonly RegExp[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  };
}

async function withLayout(
  layout: Layout,
  body: (source: DatasetSource, scratch: Scratch) => Promise<void>,
): Promise<void> {
  await using scratch = await Scratch.make();
  await body(sourceAt(await makeIlsvrc(scratch, layout)), scratch);
}

test('all layouts give the same classes, ids, labels and bytes', async () => {
  await using scratch = await Scratch.make();
  const seen = new Set<string>();
  for (const layout of LAYOUTS) {
    const source = sourceAt(await makeIlsvrc(scratch, layout));
    const whole = [];
    for (const split of ['train', 'val'] as const) {
      const { classes, images } = await dataset.list(source, split);
      assert.deepEqual(classes, SORTED);
      assert.deepEqual(
        images.map(({ id }) => id),
        images.map(({ id }) => id).sort(),
      );
      for (const image of images) {
        const bytes = await dataset.read(source, split, image.id);
        assert.equal(bytes.length, image.bytes);
        whole.push({ split, ...image, sha256: digestBytes(bytes) });
      }
    }
    assert.equal(whole.length, 18 + 12);
    seen.add(JSON.stringify(whole));
  }
  assert.equal(seen.size, 1);
});

test('a validation image has the class whose ILSVRC2012_ID is its line of the ground truth', async () => {
  await withLayout('official', async (source) => {
    const { classes, images } = await dataset.list(source, 'val');
    for (const { id, label } of images) {
      const number = Number(/val_0*(\d+)\.JPEG$/.exec(id)![1]);
      assert.equal(classes[label], BY_ID[TRUTH[number - 1]! - 1]);
    }
  });
});

test('folders sorted by the wrong order of the classes are refused, and the cause is named', async () => {
  await withLayout('official', async (source, scratch) => {
    for (let n = 1; n <= TRUTH.length; n++) {
      const wrong = SORTED[TRUTH[n - 1]! - 1]!;
      const from = scratch.path('official/ILSVRC2012_img_val', valName(n));
      await rename(from, await scratch.write(`official/val/${wrong}/${valName(n)}`, ''));
    }
    await assert.rejects(
      dataset.list(source, 'val'),
      told(
        /official\/val and .*ILSVRC2012_devkit_t12\/data name other classes for 1\d of 12 validation images/,
        /In \S+official\/val the two orders of the classes are swapped: the number that the devkit calls ILSVRC2012_ID/,
      ),
    );
  });
});

test('a list of labels in the wrong order beside the devkit is refused, and so is one that is merely another', async () => {
  await withLayout('kaggle', async (source, scratch) => {
    await scratch.write(`kaggle/${META_FILE}`, metaMat());
    await scratch.write(`kaggle/${TRUTH_FILE}`, truthFile());
    assert.equal((await dataset.list(source, 'val')).images.length, 12);
    const list = 'kaggle/LOC_val_solution.csv';
    await scratch.write(
      list,
      solutionFile((n) => SORTED[TRUTH[n - 1]! - 1]!),
    );
    await assert.rejects(
      dataset.list(source, 'val'),
      told(/In \S+LOC_val_solution\.csv the two orders of the classes are swapped/),
    );
    await scratch.write(
      list,
      solutionFile((n) => (n === 3 ? BY_ID[0]! : wnidOf(n))),
    );
    await assert.rejects(
      dataset.list(source, 'val'),
      told(
        /for 1 of 12 validation images: ILSVRC2012_val_00000003\.JPEG is n01440764 in the one, n02119789 in the other/,
        /One of the two does not belong/,
      ),
    );
  });
});

test("classes of a net in the devkit's order are told from those in the order of the WNIDs", () => {
  const swapped =
    /The two orders of ILSVRC-2012's classes are swapped: those of the training images are by the devkit's ILSVRC2012_ID, the others by WNID/;
  assert.match(classesDiffer(BY_ID, SORTED)!, swapped);
  assert.match(
    classesDiffer(SORTED, BY_ID)!,
    /those of the validation images are by the devkit's ILSVRC2012_ID/,
  );
  assert.equal(classesDiffer(SORTED, SORTED), undefined);
  const shuffled = [SORTED[1]!, SORTED[0]!, ...SORTED.slice(2)];
  assert.doesNotMatch(classesDiffer(shuffled, SORTED)!, /ILSVRC/);
});

test('flat validation images without any labels are refused with what to get', async () => {
  await withLayout('official', async (source, scratch) => {
    await rm(scratch.path('official/ILSVRC2012_devkit_t12'), { recursive: true });
    await assert.rejects(
      dataset.list(source, 'val'),
      told(
        /ILSVRC2012_img_val does not say which class/,
        /ILSVRC2012_devkit_t12\.tar\.gz.*LOC_val_solution\.csv/,
      ),
    );
    assert.equal((await dataset.list(source, 'train')).images.length, 18);
  });
});

test('damaged labels are refused by file and line', async () => {
  await withLayout('official', async (source, scratch) => {
    const truth = `official/${TRUTH_FILE}`;
    for (const [content, pattern] of [
      [
        truthFile([...TRUTH.slice(0, 11), 7]),
        /ground_truth\.txt:12 is "7", but must be a number from 1 to 6/,
      ],
      [
        truthFile(TRUTH.slice(0, 11)),
        /does not say which class 1 of the 12 images in .* are of: ILSVRC2012_val_00000012\.JPEG/,
      ],
      ['4\nfour\n', /ground_truth\.txt:2 is "four"/],
    ] as const) {
      await scratch.write(truth, content);
      await assert.rejects(dataset.list(source, 'val'), told(pattern));
    }
    await scratch.write(truth, truthFile());
    await scratch.write(`official/${META_FILE}`, metaMat([...BY_ID.slice(0, 5), BY_ID[0]!]));
    await assert.rejects(
      dataset.list(source, 'val'),
      told(/meta\.mat: the classes are not numbered from 1 on, each WNID once/),
    );
    await scratch.write(`official/${META_FILE}`, metaMat().subarray(0, 300));
    await assert.rejects(dataset.list(source, 'val'), told(/meta\.mat cannot be read: /));
    await scratch.write(`official/${META_FILE}`, metaMat());
    assert.equal((await dataset.list(source, 'val')).classes.length, 6);
    // Each of its variables is small enough alone.
    const many = Array.from({ length: 9 }, () => zeros(2 ** 20));
    await scratch.write(`official/${META_FILE}`, Buffer.concat([metaMat(), ...many]));
    await assert.rejects(
      dataset.list(source, 'val'),
      told(/meta\.mat cannot be read: a variable cannot be unpacked/),
    );
    await rm(scratch.path('official', META_FILE));
    await assert.rejects(dataset.list(source, 'val'), told(/There is no .*meta\.mat/));
  });
});

test('folders by number or by name are refused, since they leave open which class they are', async () => {
  await withLayout('folders', async (source, scratch) => {
    await rm(scratch.path('folders/val'), { recursive: true });
    await scratch.write('folders/val/0/a.JPEG', 'x');
    await scratch.write('folders/val/1/b.JPEG', 'x');
    await assert.rejects(
      dataset.list(source, 'val'),
      told(/folders by number \(0, 1\)/, /Name each by its WNID/),
    );
    await scratch.write('folders/train/tench/b.JPEG', 'x');
    await assert.rejects(dataset.list(source, 'train'), told(/not named by a WNID .*: tench/));
  });
});

test('where there are no images at all, what could be there is said', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('some/file', '');
  await assert.rejects(
    dataset.list(sourceAt(scratch.path('some')), 'val'),
    told(
      /no validation images of ILSVRC-2012 in .*Expected one of val\/, ILSVRC2012_img_val\/, .*, ILSVRC2012_img_val\.tar\./,
    ),
  );
  await assert.rejects(
    dataset.fingerprint(sourceAt(scratch.path('none')), 'val'),
    told(/There is no folder/),
  );
});

test('ids that are not those of images are refused in every layout', async () => {
  await using scratch = await Scratch.make();
  for (const layout of LAYOUTS) {
    const source = sourceAt(await makeIlsvrc(scratch, layout));
    await scratch.write(`${layout}/secret.JPEG`, 'x');
    for (const id of ['../secret.JPEG', 'n01440764/../../secret.JPEG', '/etc/passwd.JPEG', 'n01440764', ''])
      await assert.rejects(dataset.read(source, 'val', id), told(/is refused/), `${layout} ${id}`);
    const other = `n01440764/${valName(1)}`;
    await assert.rejects(dataset.read(source, 'val', other), told(/does not exist/), layout);
    await assert.rejects(
      dataset.read(source, 'train', 'n01440764/absent.JPEG'),
      told(/does not exist|holds no image/),
    );
  }
});

test('a tar that leads out of the root by a link is refused', async () => {
  await withLayout('tars', async (source, scratch) => {
    const tar = scratch.path('tars/ILSVRC2012_img_val.tar');
    await rename(tar, scratch.path('elsewhere.tar'));
    await symlink(scratch.path('elsewhere.tar'), tar);
    await assert.rejects(dataset.list(source, 'val'), told(/is a link that leads outside of the root/));
  });
});

test('tars that are cut short or hold something else are refused by name', async () => {
  await withLayout('tars', async (source, scratch) => {
    for (const split of ['train', 'val'] as const) {
      const path = scratch.path('tars', `ILSVRC2012_img_${split}.tar`);
      const whole = await readFile(path);
      for (const end of [100, 700, whole.length - 2048])
        await writeFile(path, whole.subarray(0, end)).then(() =>
          assert.rejects(
            dataset.list(source, split),
            told(/ILSVRC2012_img_\w+\.tar(: n\d+\.tar)? is cut short/),
          ),
        );
      await writeFile(path, tar([{ name: 'readme.txt', content: 'x' }]));
      await assert.rejects(dataset.list(source, split), told(/holds no (tars|image)/));
      await writeFile(path, 'no tar '.repeat(200));
      await assert.rejects(dataset.list(source, split), told(/is no tar, or damaged, at byte 0/));
      await writeFile(path, whole);
      assert.ok((await dataset.list(source, split)).images.length > 0);
    }
  });
});

test('the fingerprint changes with images and with labels, and with nothing else', async () => {
  for (const layout of ['official', 'tars'] as const)
    await withLayout(layout, async (source, scratch) => {
      const print = () => dataset.fingerprint(source, 'val');
      const seen = [await print()];
      assert.match(seen[0]!, /^[0-9a-f]{64}$/);
      await scratch.write(`${layout}/notes.txt`, 'x');
      assert.equal(await print(), seen[0]);
      if (layout === 'official') {
        await scratch.write(`official/${TRUTH_FILE}`, truthFile([...TRUTH].reverse()));
        seen.push(await print());
        await scratch.write(`official/ILSVRC2012_img_val/${valName(12)}`, 'another');
      } else await writeFile(scratch.path('tars/ILSVRC2012_img_val.tar'), 'another');
      seen.push(await print());
      assert.equal(new Set(seen).size, seen.length);
      assert.ok(await dataset.fingerprint(source, 'train'));
    });
});
