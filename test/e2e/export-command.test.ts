/** `stagecraft export`: nets for other programs. What these make of them is judged in test/judges/exports*.judge.ts. */
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createStagecraft } from '../../src/container.js';
import { USUAL_RESCALING } from '../../src/image/rescale.js';
import { readCheckpoint } from '../../src/nn/checkpoint.js';
import type { modelCard } from '../../src/nn/export/model-card.js';
import { digestBytes } from '../../src/util/digest.js';
import { readSafetensors, safetensorsPlaces } from '../../src/util/safetensors.js';
import { stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';

type Card = ReturnType<typeof modelCard>;

const GOLDEN = fileURLToPath(new URL('../../../test/golden/weights/', import.meta.url));

/** The folder of the one net of a store. */
async function netIn(scratch: Scratch): Promise<{ readonly recipe: string; readonly folder: string }> {
  const train = scratch.path('runs/store/train');
  const [recipe] = await readdir(train);
  const [execution] = await readdir(join(train, recipe!));
  return { recipe: recipe!, folder: join(train, recipe!, execution!) };
}

async function withNet(body: (scratch: Scratch) => Promise<void>): Promise<void> {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const { status, stderr } = await stagecraft(scratch.folder, 'run', FOLDER_SPEC, '--only', 'a');
  assert.equal(status, 0, stderr);
  await body(scratch);
}

/** Refused: status 2, a sentence, no stack, and nothing is left behind. */
async function refused(scratch: Scratch, args: readonly string[], message: RegExp): Promise<void> {
  const before = await readdir(scratch.folder, { recursive: true });
  const { status, stdout, stderr } = await stagecraft(scratch.folder, 'export', ...args);
  assert.equal(status, 2, stdout + stderr);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at /m);
  assert.deepEqual(await readdir(scratch.folder, { recursive: true }), before);
}

test('a net is named by its spec, its recipe or its folder, and gives the same files each time', async () => {
  await withNet(async (scratch) => {
    const { recipe, folder } = await netIn(scratch);
    const exported = async (file: string, ...args: readonly string[]) => {
      const { status, stdout, stderr } = await stagecraft(scratch.folder, 'export', ...args);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^Net A in .* \(\d.* [kM]B\); what it takes and gives: .*preprocessing\.json$/m);
      return readFile(scratch.path(file));
    };
    const first = await exported('1.onnx', 'net=A', '1.onnx', FOLDER_SPEC);
    assert.deepEqual(await exported('2.onnx', 'a,S=256', '2.onnx', FOLDER_SPEC), first);
    assert.deepEqual(await exported('new/3.onnx', recipe.slice(0, 6), 'new/3.onnx'), first);
    assert.deepEqual(await exported('4.bin', folder, '4.bin', '--format', 'onnx'), first);
    // A copy of the two files alone is a checkpoint too.
    await mkdir(scratch.path('copy'));
    for (const file of ['checkpoint.json', 'weights.safetensors'])
      await cp(join(folder, file), scratch.path('copy', file));
    assert.deepEqual(await exported('5.onnx', 'copy', '5.onnx'), first);
  });
});

test('beside it stands what a program has to know: its input, its classes, how it was trained and where it is from', async () => {
  await withNet(async (scratch) => {
    const { recipe, folder } = await netIn(scratch);
    const { description } = await readCheckpoint({ read: (file) => readFile(join(folder, file)) });
    const { status, stdout } = await stagecraft(scratch.folder, 'export', recipe, 'a.safetensors', '--json');
    assert.equal(status, 0);
    const { model, card: path } = JSON.parse(stdout) as { readonly model: string; readonly card: string };
    assert.deepEqual(
      [model, path],
      [scratch.path('a.safetensors'), scratch.path('a.safetensors.preprocessing.json')],
    );
    const card = JSON.parse(await readFile(path, 'utf8')) as Card;
    assert.deepEqual(card.output.classes, ['cat', 'dog']);
    assert.deepEqual(card.input.mean, description.mean);
    const scale = description.inputScale as number;
    assert.deepEqual(card.input.scale, [scale, scale, scale]);
    assert.deepEqual(card.input.shape, ['N', 3, 64, 64]);
    assert.deepEqual(card.geometry.crop, { side: 64, position: 'centre, an odd px of room right and below' });
    assert.equal(card.geometry.smallestSide, 72);
    // The words are those of what evaluation does where nothing else is asked for.
    assert.deepEqual(USUAL_RESCALING, { filter: 'bilinear', longSide: 'round' });
    assert.deepEqual(card.training, {
      ...description.training,
      initialisation: 'he',
      steps: description.steps,
      batch: 4,
      copied: [],
      trainings: 1,
    });
    const weights = await readFile(join(folder, 'weights.safetensors'));
    assert.equal(card.source.recipe, recipe);
    assert.equal(card.source.weightsSha256, digestBytes(weights));
    const file = await readFile(model);
    const head = 8 + Number(file.readBigUInt64LE());
    const names = safetensorsPlaces(file.subarray(8, head), file.length - head, { F32: 4 }).map(
      ({ name }) => name,
    );
    assert.deepEqual(names.slice(0, 4), [
      'features.0.weight',
      'features.0.bias',
      'features.3.weight',
      'features.3.bias',
    ]);
    // Net A at another width and crop is none of torchvision's.
    assert.equal(card.pytorch!.torchvision, undefined);
    assert.equal(card.pytorch!.modules.features.length, 8 * 2 + 5);
  });
});

test('a folder of TensorFlow.js is replaced with --force, and shards of the model before are gone', async () => {
  await withNet(async (scratch) => {
    const { recipe } = await netIn(scratch);
    const args = [recipe, 'web/model.json'];
    assert.equal((await stagecraft(scratch.folder, 'export', ...args)).status, 0);
    const files = (await readdir(scratch.path('web'))).sort();
    assert.deepEqual(files, ['group1-shard1of1.bin', 'model.json', 'preprocessing.json']);
    await writeFile(scratch.path('web/group1-shard2of7.bin'), 'of another model');
    await writeFile(scratch.path('web/index.html'), 'of the user');
    await refused(scratch, args, /web.model\.json is there already\. .*--force/);
    await refused(scratch, [recipe, 'web', '--format', 'tfjs'], /web.model\.json is there already/);
    assert.equal((await stagecraft(scratch.folder, 'export', ...args, '--force')).status, 0);
    assert.deepEqual((await readdir(scratch.path('web'))).sort(), [
      files[0],
      'index.html',
      ...files.slice(1),
    ]);
  });
});

test('what cannot be exported is refused with what can be done, and leaves nothing', async () => {
  await withNet(async (scratch) => {
    const { recipe, folder } = await netIn(scratch);
    await writeFile(scratch.path('there.onnx'), 'precious');
    await mkdir(scratch.path('empty'));
    await mkdir(scratch.path('folder.onnx'));
    await scratch.write('odd/checkpoint.json', '{"format": 1}');
    await scratch.write('newer/checkpoint.json', '{"format": 2}');
    for (const [args, message] of [
      [[], /Which net, and to which file\?/],
      [[recipe], /Which net, and to which file\?/],
      [['net=B', 'b.onnx', FOLDER_SPEC], /No task has net=B\. net is one of: A\./],
      [['scores', 'b.onnx', FOLDER_SPEC], /is called "scores"/],
      [
        ['ffffffff', 'b.onnx'],
        /no net in the store whose recipe begins so\. There is:\n {2}[0-9a-f]{12} {2}train A, S = 72/,
      ],
      [[recipe.slice(0, 3), 'b.onnx'], /no net in the store/],
      [[folder, join(folder, 'weights.safetensors'), '--force'], /holds the checkpoint itself/],
      [
        ['odd', 'b.onnx'],
        /odd.checkpoint\.json describes no net: it is not one of ours \(must have required property 'shape'\)/,
      ],
      [['newer', 'b.onnx'], /The checkpoint has format 2; .* It was made by a newer one/],
      [['empty', 'b.onnx'], /empty holds no checkpoint: that is a folder with checkpoint\.json/],
      [
        [recipe, 'b.pth'],
        /"b\.pth" does not say which format is meant: .*\.safetensors, \.onnx or model\.json/,
      ],
      [[recipe, 'b.onnx', '--format', 'onxn'], /There is no format "onxn"\. Did you mean "onnx"\?/],
      [[recipe, 'there.onnx'], /there\.onnx is there already\. .*--force/],
      [[recipe, 'folder.onnx', '--force'], /folder\.onnx is a folder, but must be a file/],
      [[recipe, 'there.onnx/b.onnx'], /there\.onnx is a file, but must be a folder/],
      [[recipe, 'b.safetensors', '--dense'], /Only an ONNX model takes images of any size/],
      [[recipe, 'b.onnx', '--store', 'empty'], /This store holds no net\. .*--store DIR/],
      [
        ['a', 'b.onnx', FOLDER_SPEC, '--set', 'vars.epochs=2'],
        /train a \(.*\) is not done: .*First: stagecraft run tiny\.yaml --only [0-9a-f]{12}/,
      ],
    ] as const)
      await refused(scratch, args, message);
    assert.equal(await readFile(scratch.path('there.onnx'), 'utf8'), 'precious');
    // One bit of the weights is another one: the artifact is not what was stored.
    const weights = join(folder, 'weights.safetensors');
    const bytes = await readFile(weights);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(weights, bytes);
    const { status, stderr } = await stagecraft(scratch.folder, 'export', recipe, 'new/b.onnx');
    assert.equal(status, 1);
    assert.match(stderr, /weights\.safetensors is not what was stored/);
    assert.ok(!(await readdir(scratch.folder)).includes('new'));
  });
});

test('of several nets that are meant, each is named', async () => {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  const spec = await scratch.read(FOLDER_SPEC);
  const both = spec
    .replace('net: A', "matrix: { net: [A, B] }\n    net: '${net}'")
    .replace('from: a,', 'each: a,');
  await scratch.write(FOLDER_SPEC, both);
  await refused(
    scratch,
    ['a', 'b.onnx', FOLDER_SPEC],
    /"a" means 2 nets; add a condition .*:\n.*net=A.*\n.*net=B/,
  );
});

test("weights of PyTorch that are imported and exported again are the file's own, with its mean and scale", async () => {
  await using scratch = await Scratch.make();
  const given = join(GOLDEN, 'A-safetensors.safetensors');
  await scratch.write(
    'imported.yaml',
    `title: Weights of others\ndata: { kind: embedded }\nweights: ${JSON.stringify(GOLDEN)}\nscales: { crop: 40 }\nstages:\n  nets: { kind: import, net: A, file: A-safetensors.safetensors, S: 256, width: 0.015625, classes: [a, b, c, d] }\n`,
  );
  const run = await stagecraft(scratch.folder, 'run', 'imported.yaml');
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const { status, stderr } = await stagecraft(
    scratch.folder,
    'export',
    'nets',
    'again.safetensors',
    'imported.yaml',
  );
  assert.equal(status, 0, stderr);
  const [before, after] = [await readFile(given), await readFile(scratch.path('again.safetensors'))].map(
    readSafetensors,
  );
  assert.deepEqual(new Map([...after!].sort()), new Map([...before!].sort()));
  const card = JSON.parse(await scratch.read('again.safetensors.preprocessing.json')) as Card;
  const near = (found: readonly number[], expected: readonly number[]) =>
    found.every((value, i) => Math.abs(value - expected[i]!) < 1e-6);
  // torchvision's own.
  assert.ok(near(card.input.normalisedFromUnit.mean, [0.485, 0.456, 0.406]));
  assert.ok(near(card.input.normalisedFromUnit.std, [0.229, 0.224, 0.225]));
  assert.equal(card.training.importedFrom!.sha256, digestBytes(await readFile(given)));
});

test('an export that is stopped leaves no file', async () => {
  await withNet(async (scratch) => {
    const { folder } = await netIn(scratch);
    const exported = createStagecraft({ runsDirectory: scratch.path('runs'), backend: 'auto' }).exportNet(
      folder,
      {
        to: scratch.path('new/a.onnx'),
        signal: AbortSignal.abort(new Error('stopped')),
      },
    );
    await assert.rejects(exported, /^Error: stopped$/);
    assert.ok(!(await readdir(scratch.folder)).includes('new'));
  });
});
