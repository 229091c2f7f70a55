/** `stagecraft data`: a look at whole image sets, and their images as files. */
import assert from 'node:assert/strict';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import sharp from 'sharp';
import { decode } from '../../src/image/decode.js';
import { digestBytes } from '../../src/util/digest.js';
import { stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { noise, png } from '../support/pictures.js';
import { Scratch } from '../support/scratch.js';

const CHECK = ['data', 'check', FOLDER_SPEC];
const STACK = /^\s+at /m;

interface Report {
  readonly splits: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly nearest: readonly { readonly train: string; readonly val: string; readonly bits: number }[];
  readonly problems: readonly string[];
}

/** 80 x 96 px of 8 x 10 random colours that go over into each other. */
function soft(seed: number): Promise<Buffer> {
  return sharp(noise(8, 10, seed).data, { raw: { width: 8, height: 10, channels: 3 } })
    .resize(80, 96, { fit: 'fill' })
    .png()
    .toBuffer();
}

/** As the folder experiment, with pictures that do not look alike. */
async function withPictures(body: (scratch: Scratch) => Promise<void>): Promise<void> {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await rm(scratch.path('images'), { recursive: true });
  let seed = 1;
  for (const [split, count] of [
    ['train', 6],
    ['val', 3],
  ] as const)
    for (const name of ['cat', 'dog'])
      for (let n = 0; n < count; n++)
        await scratch.write(`images/${split}/${name}/${n}.png`, await soft(seed++));
  await body(scratch);
}

async function reportOf(scratch: Scratch): Promise<{ status: number | null; report: Report }> {
  const { status, stdout, stderr } = await stagecraft(scratch.folder, ...CHECK, '--json');
  assert.doesNotMatch(stderr, STACK);
  return { status, report: (JSON.parse(stdout) as Report[])[0]! };
}

test('a sound set is described, with status 0 and progress on stderr alone', async () => {
  await withPictures(async (scratch) => {
    const { status, stdout, stderr } = await stagecraft(scratch.folder, ...CHECK);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^tiny \(image-folder in .*images\): 2 classes$/m);
    assert.match(stdout, /^ {2}train: 12 images, 6 \(cat\) to 6 \(cat\) a class$/m);
    assert.match(stdout, /^ {4}smallest sides 80 to 80 px, median 80 px$/m);
    assert.match(stdout, /^ {4}0 images smaller than 72 px, the largest scale, are enlarged$/m);
    assert.match(stdout, /^ {2}val: 6 images/m);
    assert.match(stdout, /^ {2}Nothing is wrong\.$/m);
    assert.match(stderr, /^tiny train: 12 of 12$/m);
    assert.doesNotMatch(stdout, / of 12$/m);
  });
});

test('everything that is wrong is named at once, with status 1', async () => {
  await withPictures(async (scratch) => {
    const file = (path: string) => scratch.path('images', path);
    await writeFile(file('train/cat/0.png'), 'no image at all');
    const whole = await readFile(file('val/dog/1.png'));
    await writeFile(file('val/dog/1.png'), whole.subarray(0, whole.length / 2));
    await copyFile(file('train/dog/0.png'), file('train/dog/again.png'));
    await copyFile(file('train/dog/1.png'), file('val/dog/leaked.png'));
    const picture = sharp(await readFile(file('train/cat/3.png')));
    await picture.clone().resize(70, 84).jpeg({ quality: 90 }).toFile(file('val/cat/smaller.jpg'));
    await picture.clone().flop().toFile(file('val/cat/mirrored.png'));
    await scratch.write('images/train/fox/0.png', await png(noise(40, 50, 99)));
    const { status, report } = await reportOf(scratch);
    assert.equal(status, 1);
    const { problems } = report;
    const told = [
      /^train\/cat\/0\.png cannot be used: .*unsupported image format/,
      /^train holds the same image 2 times: dog\/0\.png, dog\/again\.png\.$/,
      /^val\/dog\/1\.png cannot be used: .+/,
      /^val lacks the classes fox, which train has\.$/,
      /^val\/dog\/leaked\.png is the same image as train\/dog\/1\.png\.$/,
      /^val\/cat\/mirrored\.png is a near copy of train\/cat\/3\.png: 0 of 256 bits and 0\.0 grey levels differ\.$/,
      /^val\/cat\/smaller\.jpg is a near copy of train\/cat\/3\.png: \d+ of 256 bits and \d+\.\d grey levels differ\.$/,
    ];
    for (const [i, pattern] of told.entries()) assert.match(problems[i] ?? '', pattern);
    assert.equal(problems.length, told.length, problems.join('\n'));
    assert.equal(report.splits['train']!['enlarged'], 1);
  });
});

test('a set of one class is no set to train on, and that is said', async () => {
  await withPictures(async (scratch) => {
    for (const split of ['train', 'val']) await rm(scratch.path('images', split, 'dog'), { recursive: true });
    const { status, report } = await reportOf(scratch);
    assert.equal(status, 1);
    assert.match(report.problems.join(), /^"tiny" holds one class to train on, "cat"/);
  });
});

test('grey, CMYK and transparent images are counted and are not wrong', async () => {
  await withPictures(async (scratch) => {
    const picture = (seed: number) =>
      sharp(noise(80, 96, seed).data, { raw: { width: 80, height: 96, channels: 3 } });
    await scratch.write('images/train/cat/g.png', await picture(50).toColourspace('b-w').png().toBuffer());
    await scratch.write('images/train/cat/c.jpg', await picture(51).toColourspace('cmyk').jpeg().toBuffer());
    await scratch.write('images/val/dog/a.png', await picture(52).ensureAlpha(0.5).png().toBuffer());
    const { status, report } = await reportOf(scratch);
    assert.equal(status, 0, report.problems.join('\n'));
    const { train, val } = report.splits;
    assert.deepEqual([train!['grey'], train!['cmyk'], train!['alpha']], [1, 1, 0]);
    assert.deepEqual([val!['grey'], val!['cmyk'], val!['alpha']], [0, 0, 1]);
  });
});

test('a split that cannot be listed is a problem beside those of the other, and a wrong spec has status 2', async () => {
  await withPictures(async (scratch) => {
    await rm(scratch.path('images/val'), { recursive: true });
    await writeFile(scratch.path('images/train/cat/0.png'), '');
    const { status, report } = await reportOf(scratch);
    assert.equal(status, 1);
    assert.match(
      report.problems.join('\n'),
      /train\/cat\/0\.png cannot be used: [^]*There is no folder .*images\/val\./,
    );
    const wrong = await stagecraft(scratch.folder, ...CHECK, '--set', 'data.kind=folder');
    assert.equal(wrong.status, 2);
    const unknown = await stagecraft(scratch.folder, 'data', 'chek', FOLDER_SPEC);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /There is no command "data chek"\. Did you mean "check"\?/);
  });
});

test('data export copies the files of a folder, with the lines of the index beside them', async () => {
  await withPictures(async (scratch) => {
    const limits = ['--set', 'limits.train=4'];
    const { status, stdout, stderr } = await stagecraft(
      scratch.folder,
      'data',
      'export',
      FOLDER_SPEC,
      'out',
      ...limits,
    );
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /^4 images in out\/train, 6 in out\/val; lists in out\/train\.jsonl and out\/val\.jsonl\.$/m,
    );
    const lines = (await scratch.read('out/train.jsonl')).trim().split('\n');
    assert.equal(lines.length, 4);
    for (const line of lines) {
      const { id, bytes, sha256 } = JSON.parse(line) as { id: string; bytes: number; sha256: string };
      const copy = await readFile(scratch.path('out/train', id));
      assert.deepEqual(copy, await readFile(scratch.path('images/train', id)));
      assert.deepEqual([bytes, sha256], [copy.length, digestBytes(copy)]);
    }
    const again = await stagecraft(scratch.folder, 'data', 'export', FOLDER_SPEC, 'out');
    assert.equal(again.status, 2);
    assert.match(again.stderr, /^out is not empty\. Name a new folder/);
  });
});

test('data export lists what the index task of a run lists, and writes drawings as the pixels that a run decodes', async () => {
  await using scratch = await Scratch.make();
  const spec = `title: Drawings\ndata: { kind: embedded }\nlimits: { train: 30, val: 28 }\nstages: { images: { kind: index, split: train } }\n`;
  await scratch.write('drawings.yaml', spec);
  const { status, stderr } = await stagecraft(scratch.folder, 'data', 'export', 'drawings.yaml', 'out');
  assert.equal(status, 0, stderr);
  assert.equal((await stagecraft(scratch.folder, 'run', 'drawings.yaml')).status, 0);
  const { artifactsIn } = await import('../support/store-contents.js');
  const [, index] = [...(await artifactsIn(scratch.path('runs')))].find(([path]) =>
    path.endsWith('images.jsonl'),
  )!;
  const exported = await scratch.read('out/train.jsonl');
  assert.equal(exported, index.toString());
  const { EmbeddedDrawings } = await import('../../src/data/datasets/embedded-drawings.js');
  const drawings = new EmbeddedDrawings();
  for (const line of exported.trim().split('\n').slice(0, 5)) {
    const { id, box } = JSON.parse(line) as { id: string; box?: { width: number } };
    assert.ok(box && box.width > 0);
    const file = await decode(await readFile(scratch.path('out/train', `${id}.png`)));
    const source = { kind: 'embedded', name: 'drawings' };
    assert.deepEqual(file, await decode(await drawings.read(source, 'train', id)));
  }
});
