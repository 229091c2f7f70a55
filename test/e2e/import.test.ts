/** Weights of others through the real command line: imported, evaluated beside nets that are trained here, started from. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { digestBytes } from '../../src/util/digest.js';
import { stagecraft } from '../support/command.js';
import { jpeg } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';

const GOLDEN = fileURLToPath(new URL('../../../test/golden/weights/', import.meta.url));
const CLASSES = ['cat', 'dog', 'horse', 'sheep'];

const SPEC = `title: Weights of others
data: { kind: image-folder, name: tiny, root: images }
weights: weights
scales: { crop: 40, map: { 256: 48 } }
defaults:
  import: { net: A, S: 256, width: '\${1/64}', classes: [${CLASSES.join(', ')}] }
  train: { net: A, S: 256, width: '\${1/64}', pooling: floor, epochs: 1, batch: 4 }
stages:
  augmented: { kind: augment }
  theirs:
    kind: import
    matrix: { file: [A-caffe.caffemodel, A-zip.pth] }
    file: '\${file}'
  tuned: { kind: train, augment: augmented, init: { from: theirs, where: { file: A-zip.pth } } }
  scores: { kind: evaluate, each: theirs, Q: 256 }
  tunedScores: { kind: evaluate, from: tuned, Q: 256 }
tables:
  theirs: { rows: scores, columns: [net, file, top1, top5] }
  tuned: { rows: tunedScores, columns: [net, top1, top5] }
`;

async function made(): Promise<Scratch> {
  const scratch = await Scratch.make();
  await scratch.write('spec.yaml', SPEC);
  for (const [split, count] of [
    ['train', 2],
    ['val', 1],
  ] as const)
    for (const [label, name] of CLASSES.entries())
      for (let n = 0; n < count; n++)
        await scratch.write(`images/${split}/${name}/${n}.jpg`, await jpeg(10 * n + label + count));
  await mkdir(scratch.path('weights'));
  for (const file of ['A-caffe.caffemodel', 'A-zip.pth'])
    await copyFile(GOLDEN + file, scratch.path('weights', file));
  return scratch;
}

const run = (scratch: Scratch, ...args: readonly string[]) =>
  stagecraft(scratch.folder, 'run', 'spec.yaml', ...args);

test('nets are imported, evaluated and trained further; captions say which file they are', async () => {
  await using scratch = await made();
  const { status, stdout, stderr } = await run(scratch);
  assert.equal(status, 0, stdout + stderr);
  const sha256 = digestBytes(await readFile(`${GOLDEN}A-zip.pth`));
  assert.match(stdout, new RegExp(`weights of the file A-zip\\.pth, SHA-256 ${sha256.slice(0, 12)}`));
  assert.match(stdout, /started from/);
  const again = await run(scratch);
  assert.match(again.stdout, /Nothing to do/);
});

test('a file that is not there fails by itself, and stops what needs it alone', async () => {
  await using scratch = await made();
  await rm(scratch.path('weights/A-zip.pth'));
  const missing = await run(scratch);
  assert.equal(missing.status, 1);
  assert.match(missing.stdout, /There is no file .*weights\/A-zip\.pth\. .*--set weights=DIR/);
  assert.match(missing.stdout, /done +evaluate scores \(file=A-caffe/);
});

test('what was imported once counts while its file is away', async () => {
  await using scratch = await made();
  assert.equal((await run(scratch)).status, 0);
  await rm(scratch.path('weights/A-zip.pth'));
  const { stdout } = await run(scratch);
  assert.match(stdout, /Nothing to do/);
  assert.match(stdout, /^done before +import theirs .* \(its file is not here, so not compared\)$/m);
});

/** Of the one file, on the validation images alone. */
const evaluationOf = (classes: string) => `title: Weights of others
data: { kind: image-folder, name: tiny, root: images }
weights: weights
scales: { crop: 40, map: { 256: 48 } }
stages:
  theirs: { kind: import, net: A, S: 256, width: '\${1/64}', classes: [${classes}], file: A-zip.pth }
  scores: { kind: evaluate, from: theirs, Q: 256 }
tables:
  theirs: { rows: scores, columns: [net, top1] }
`;

test('weights for other classes than those of the images are told by file and by what to mend', async () => {
  await using scratch = await made();
  const outcomeOf = async (classes: string) => {
    await writeFile(scratch.path('spec.yaml'), evaluationOf(classes));
    const { status, stdout, stderr } = await run(scratch);
    assert.equal(status, 1, stderr);
    return stdout;
  };
  assert.match(
    await outcomeOf('cat, dog, horse, cow'),
    /Net A of A-zip\.pth tells 4 classes apart, and "tiny" has 4: only the net has "cow", only the images have "sheep"\. Say in "classes" of its import stage/,
  );
  assert.match(
    await outcomeOf('dog, cat, horse, sheep'),
    /Class 1 is "cat" in "tiny" but "dog" in the scores of Net A of A-zip\.pth\./,
  );
});

test('published weights need no training images: data check and run do without them, and a missing file says so', async () => {
  await using scratch = await made();
  await writeFile(scratch.path('spec.yaml'), evaluationOf(CLASSES.join(', ')));
  await rm(scratch.path('images/train'), { recursive: true });
  const checked = await stagecraft(scratch.folder, 'data', 'check', 'spec.yaml');
  assert.match(checked.stdout, /^ {2}Nothing is wrong\.$/m);
  assert.equal((await run(scratch)).status, 0);
  await rm(scratch.path('weights/A-zip.pth'));
  const { status, stderr } = await run(scratch, '--store', 'other');
  assert.equal(status, 2);
  assert.match(stderr, /There is no file .*weights\/A-zip\.pth\. .*--set weights=DIR/);
});

test('a file that was changed is imported again, and what it fed is done again', async () => {
  await using scratch = await made();
  assert.equal((await run(scratch)).status, 0);
  await copyFile(`${GOLDEN}A-training.pth`, scratch.path('weights/A-zip.pth'));
  const { status, stdout } = await run(scratch);
  assert.equal(status, 0);
  assert.match(stdout, /start +import theirs \(file=A-zip\.pth.*: file changed from/);
  assert.doesNotMatch(stdout, /start +import theirs \(file=A-caffe/);
});

test('the import command recognises files, asks for what it cannot know, and writes the spec that it runs', async () => {
  await using scratch = await made();
  const command = (...args: readonly string[]) => stagecraft(scratch.folder, 'import', ...args);
  const unknown = await command('weights/A-zip.pth');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /none of the published files .*Which net is it\? --net A\|A-LRN\|B/);
  const options = [
    '--net',
    'A',
    '--width',
    '1/64',
    '--crop',
    '40',
    ...CLASSES.flatMap((name) => ['--class', name]),
  ];
  const { status, stdout, stderr } = await command('weights/A-zip.pth', ...options);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /done +import net \(net=A S=256\)/);
  const specs = () => readdir(scratch.path('runs/imports'));
  const [spec, ...more] = await specs();
  assert.match(spec!, /^import-a-[0-9a-f]{12}\.yaml$/);
  assert.deepEqual(more, []);
  const sha256 = digestBytes(await readFile(`${GOLDEN}A-zip.pth`));
  assert.ok(
    (await scratch.read('runs/imports', spec!)).includes(
      `kind: import, net: "A", S: 256, file: "A-zip.pth", sha256: ${sha256}`,
    ),
  );
  // The same with other colours is another import, and both stay referred to.
  assert.equal((await command('weights/A-zip.pth', ...options, '--channels', 'BGR')).status, 0);
  assert.equal((await specs()).length, 2);
  assert.match((await stagecraft(scratch.folder, 'gc')).stdout, /Nothing to remove/);
  assert.match(stdout, /^S is taken as 256 px: .*\(--S does\)/m);
  const other = await command('weights/A-zip.pth', '--net', 'E', ...options.slice(2));
  assert.equal(other.status, 1);
  assert.match(other.stdout + other.stderr, /It fits net A\./);
  const [, again] = /^ *It alone again: stagecraft (.*)$/m.exec(other.stdout + other.stderr) ?? [];
  assert.ok(again);
  assert.match((await stagecraft(scratch.folder, ...again.split(' '))).stdout, /It fits net A\./);
  for (const [wrong, message] of [
    [['nothing.pth'], /There is no file .*nothing\.pth/],
    [['a.pth', 'b.pth'], /One file at a time: a\.pth, then b\.pth/],
    [['a.pth', '--net', 'F'], /There is no net "F"/],
    [['a.pth', '--S', 'big'], /--S big: must be px from 224, or a range of them, such as 256 or 256\.\.512/],
    [['a.pth', '--S', '512..256'], /--S 512\.\.256: must be px from 224/],
    [['a.pth', '--width', '2'], /--width 2: must be a number above 0, up to 1/],
    [['a.pth', '--width', '0'], /--width 0: must be a number above 0/],
    [['a.pth', '--channels', 'rgb'], /--channels rgb: must be RGB or BGR/],
    [['a.pth', '--class', 'cat'], /--class NAME is said for each class once/],
  ] as const) {
    const { status: refused, stderr: says } = await command(...wrong);
    assert.equal(refused, 2);
    assert.match(says, message);
  }
});

test('a file outside of the folder of the weights is a mistake, with its place', async () => {
  await using scratch = await made();
  await writeFile(scratch.path('spec.yaml'), SPEC.replace('A-zip.pth]', '../images/A-zip.pth]'));
  const { status, stderr } = await run(scratch);
  assert.equal(status, 2);
  assert.match(
    stderr,
    /spec\.yaml:\d+:\d+ "\.\.\/images\/A-zip\.pth" leads out of the folder of the weights\. Name that folder as "weights"/,
  );
});
