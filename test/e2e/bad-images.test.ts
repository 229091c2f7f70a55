/** Image sets with something wrong in them, as the user of the command line meets them. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type Finished, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, jpeg, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { artifactsIn } from '../support/store-contents.js';

const STACK = /^\s+at /m;

async function withImages(
  body: (scratch: Scratch, run: (...more: readonly string[]) => Promise<Finished>) => Promise<void>,
): Promise<void> {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await body(scratch, async (...more) => {
    const finished = await stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--backend', 'wasm', ...more);
    assert.doesNotMatch(finished.stdout + finished.stderr, STACK);
    return finished;
  });
}

/** One file with bytes changed in its middle, one cut short, one that is text. */
async function spoilThree(scratch: Scratch): Promise<void> {
  const corrupt = scratch.path('images/train/cat/1.jpg');
  const bytes = await readFile(corrupt);
  await writeFile(corrupt, bytes.fill(0, 2, 200));
  const truncated = scratch.path('images/train/dog/2.jpg');
  const whole = await readFile(truncated);
  await writeFile(truncated, whole.subarray(0, whole.length - 300));
  await scratch.write('images/val/dog/0.jpg', 'no image at all');
}

test('a corrupt image among good ones stops what reads it, by name and with the way out', async () => {
  await withImages(async (scratch, run) => {
    await spoilThree(scratch);
    const { status, stdout } = await run();
    assert.equal(status, 1);
    assert.match(
      stdout,
      /FAILED +augment .*The image "train\/(cat\/1|dog\/2)\.jpg" cannot be used: .+\. Mend or remove it, or let the spec say "badImages: skip"/,
    );
  });
});

test('with badImages: skip bad images are left out, counted, and listed with the reason in the index', async () => {
  await withImages(async (scratch, run) => {
    await spoilThree(scratch);
    const { status, stdout, stderr } = await run('--set', 'data.badImages=skip');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /done +index \(split=train\) .*, skipped_images 2\.000$/m);
    assert.match(stdout, /done +index \(split=val\) .*, skipped_images 1\.000$/m);
    const files = [...(await artifactsIn(scratch.path('runs')))];
    const lines = files
      .filter(([path]) => path.endsWith('skipped.jsonl'))
      .flatMap(([, bytes]) => bytes.toString().split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as { id: string; label: number; reason: string });
    assert.deepEqual(lines.map(({ id, label }) => [id, label]).sort(), [
      ['cat/1.jpg', 0],
      ['dog/0.jpg', 1],
      ['dog/2.jpg', 1],
    ]);
    for (const { reason } of lines) assert.notEqual(reason, '');
    const listed = files.filter(([path]) => path.endsWith('images.jsonl'));
    const images = listed.flatMap(([, bytes]) => bytes.toString().split('\n').filter(Boolean));
    assert.equal(images.length, 12 + 6 - 3);
    const table = await readFile(scratch.path('runs/tiny/tiny.md'), 'utf8');
    assert.match(table, /^\*\*Net A on a folder\*\*$/m);
    assert.match(table, /rained on 10 images of tiny without 2 that cannot be decoded;/);
    assert.match(table, /evaluated without 1 that cannot be decoded;/);
  });
});

test('a class of which no image is good stops the run even when bad images are skipped', async () => {
  await withImages(async (scratch, run) => {
    for (const n of [0, 1, 2]) await scratch.write(`images/val/dog/${n}.jpg`, 'no image at all');
    const { status, stdout } = await run('--set', 'data.badImages=skip');
    assert.equal(status, 1);
    assert.match(
      stdout,
      /FAILED +index .*No image of the class "dog" in val can be decoded: 3 skipped, e\.g\. "dog\/0\.jpg" \(.+\)\. Mend or replace them, or remove the class\./,
    );
  });
});

test('a folder with an image’s name is a folder: what is in it counts, and an empty one is no image', async () => {
  await withImages(async (scratch, run) => {
    await mkdir(scratch.path('images/train/cat/folder.jpg'));
    await scratch.write('images/train/dog/more.png/9.jpg', await jpeg(77));
    const { status, stderr } = await run();
    assert.equal(status, 0, stderr);
    const [, images] = [...(await artifactsIn(scratch.path('runs')))].find(
      ([path, bytes]) => path.endsWith('images.jsonl') && bytes.toString().includes('cat/5.jpg'),
    )!;
    assert.match(images.toString(), /"dog\/more\.png\/9\.jpg"/);
    assert.doesNotMatch(images.toString(), /folder\.jpg/);
  });
});

test('an image that may not be read is named, and is not taken for a bad one', async (t) => {
  // Root may read everything.
  if (process.getuid?.() === 0) {
    t.skip('run as root');
    return;
  }
  await withImages(async (scratch, run) => {
    await chmod(scratch.path('images/train/cat/0.jpg'), 0);
    for (const badImages of ['stop', 'skip']) {
      const { status, stdout } = await run('--set', `data.badImages=${badImages}`);
      assert.equal(status, 1);
      assert.match(stdout, /FAILED +index .*Image "cat\/0\.jpg" of train in .* cannot be read: .*EACCES/);
    }
  });
});

test('an empty class folder and a split without an image end the run before it begins', async () => {
  await withImages(async (scratch, run) => {
    await mkdir(scratch.path('images/train/fox'));
    const empty = await run();
    assert.equal(empty.status, 2);
    assert.match(
      empty.stderr,
      /images\/train: no image in 1 of 3 class folders: fox\. .*Remove the folder or add images\./,
    );
    await rm(scratch.path('images/train'), { recursive: true });
    await mkdir(scratch.path('images/train'));
    const none = await run();
    assert.equal(none.status, 2);
    assert.match(
      none.stderr,
      /images\/train holds no class folder\. Expected .*train\/<class>\/<image>\.jpg; found nothing\./,
    );
  });
});

test('a class that one of the splits lacks is named before anything is trained', async () => {
  await withImages(async (scratch, run) => {
    await rm(scratch.path('images/val/dog'), { recursive: true });
    const { status, stdout, stderr } = await run();
    assert.equal(status, 2);
    assert.doesNotMatch(stdout, /start|done/);
    assert.match(
      stderr,
      /The classes of the two splits differ: only the training images have "dog"\. Both need the same class folders\./,
    );
  });
});

test('one image is enough to train on, but one class is not, and that is said', async () => {
  await withImages(async (scratch, run) => {
    const limited = await run('--set', 'limits.train=1');
    assert.equal(limited.status, 0, limited.stdout);
    for (const split of ['train', 'val']) {
      await rm(scratch.path('images', split), { recursive: true });
      await scratch.write(`images/${split}/cat/0.jpg`, await jpeg(5));
    }
    const { status, stdout } = await run();
    assert.equal(status, 1);
    assert.match(
      stdout,
      /FAILED +index .*"tiny" holds one class to train on, "cat", but a net learns to tell at least two apart\. Each is a folder of images in .*images\/train and in .*images\/val\./,
    );
  });
});

test('scales under the crop are refused at their place before any image is looked at', async () => {
  await withImages(async (_, run) => {
    const { status, stderr } = await run('--set', 'scales.map={ 256: 48 }');
    assert.equal(status, 2);
    assert.match(stderr, /tiny\.yaml:\d+:\d+ S = 256 is 48 px here, less than the crop of 64 px\./);
    assert.match(stderr, /Raise S, or give it real px under "scales\.map"\./);
  });
});
