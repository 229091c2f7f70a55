/** What goes wrong in a run, as the user of the command line meets it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createStagecraft } from '../../src/container.js';
import { CLI, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, jpeg, makeFolderExperiment } from '../support/folder-experiment.js';
import { artifactsIn } from '../support/store-contents.js';
import { Scratch } from '../support/scratch.js';

const RUN = ['run', FOLDER_SPEC, '--backend', 'wasm'];
const STACK = /^\s+at /m;

async function withExperiment(body: (scratch: Scratch) => Promise<void>): Promise<void> {
  await using scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  await body(scratch);
}

test('a corrupt image is named, the rest is finished, and once it is mended the next run succeeds', async () => {
  await withExperiment(async (scratch) => {
    const path = scratch.path('images/val/dog/1.jpg');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const first = await stagecraft(scratch.folder, ...RUN);
    assert.equal(first.status, 1);
    assert.match(first.stdout, /FAILED +evaluate scores .*: The image "val\/dog\/1\.jpg" cannot be used/);
    assert.match(first.stdout, /not done +table tiny .*: needs evaluate scores/);
    assert.match(first.stdout, /done +train a/);
    assert.match(first.stderr, /Failed: evaluate scores .*; log in runs\/tiny\/logs\./);
    // At once, and again at the end.
    for (const text of [first.stdout, first.stderr])
      assert.match(text, /^ {2}It alone again: stagecraft run .*--only [0-9a-f]{12}$/m);
    assert.doesNotMatch(first.stdout + first.stderr, STACK);
    const logs = await readdir(scratch.path('runs/tiny/logs'));
    const log = await scratch.read(
      'runs/tiny/logs',
      logs.find((name) => name.startsWith('evaluate'))!,
    );
    assert.match(log, /dog\/1\.jpg/);
    await writeFile(path, whole);
    const second = await stagecraft(scratch.folder, ...RUN);
    assert.equal(second.status, 0, second.stderr);
    assert.match(second.stdout, /done before +train a/);
    assert.match(second.stdout, /start +index \(split=val\) .*: images changed from/);
  });
});

test('an image that changes while it is used is named, and the next run indexes anew', async () => {
  await withExperiment(async (scratch) => {
    const path = scratch.path('images/train/cat/0.jpg');
    const app = createStagecraft({ runsDirectory: scratch.path('runs'), backend: 'wasm' });
    const load = { profile: undefined, sets: [], currentDirectory: scratch.folder };
    const planned = await app.plan(FOLDER_SPEC, load);
    assert.ok(planned.ok);
    const other = await jpeg(99);
    const failures: string[] = [];
    const { writeFileSync } = await import('node:fs');
    const { outcome } = await app.run(planned.value, {
      listener: (event) => {
        if (event.type === 'task-finished' && event.task.kind === 'index') writeFileSync(path, other);
        if (event.type === 'task-failed') failures.push(event.message);
      },
      signal: new AbortController().signal,
    });
    assert.deepEqual(failures, [
      'The image "cat/0.jpg" of tiny changed while it was used. Run again to index the images anew.',
    ]);
    assert.equal(outcome.blocked.length, 3);
    const next = await stagecraft(scratch.folder, ...RUN);
    assert.equal(next.status, 0, next.stderr);
  });
});

test('an image that was only touched costs an index, and nothing behind it', async () => {
  await withExperiment(async (scratch) => {
    await stagecraft(scratch.folder, ...RUN);
    const path = scratch.path('images/train/cat/0.jpg');
    const { mtimeMs } = await stat(path);
    await utimes(path, 0, mtimeMs / 1000 + 60);
    const { stdout } = await stagecraft(scratch.folder, ...RUN);
    assert.deepEqual(stdout.match(/^start +\w+/gm), ['start        index']);
    assert.match(stdout, /done before +table tiny/);
  });
});

test('other classes to validate with than to train on are named', async () => {
  await withExperiment(async (scratch) => {
    await rename(scratch.path('images/val/dog'), scratch.path('images/val/fox'));
    const { status, stderr } = await stagecraft(scratch.folder, ...RUN);
    assert.equal(status, 2);
    assert.match(stderr, /only the training images have "dog", only the validation images have "fox"\./);
    assert.doesNotMatch(stderr, STACK);
  });
});

test('images that are not there end the run before it begins, with the layout that is expected', async () => {
  await withExperiment(async (scratch) => {
    await rm(scratch.path('images/val'), { recursive: true });
    const split = await stagecraft(scratch.folder, ...RUN);
    assert.equal(split.status, 2);
    assert.match(
      split.stderr,
      /There is no folder .*images\/val\. Expected .*val\/<class>\/<image>\.jpg; found train\/\./,
    );
    await rm(scratch.path('images'), { recursive: true });
    const missing = /There is no folder .*images, where the images should be: "root" in the spec's data/;
    const run = await stagecraft(scratch.folder, 'run', FOLDER_SPEC);
    assert.equal(run.status, 2);
    assert.match(run.stderr, missing);
    assert.doesNotMatch(run.stderr, STACK);
    assert.deepEqual(await readdir(scratch.folder), [FOLDER_SPEC]);
    const plan = await stagecraft(scratch.folder, 'plan', FOLDER_SPEC);
    assert.equal(plan.status, 0);
    assert.match(plan.stdout, /to do: its images are not here: There is no folder/);
  });
});

test('what was made from images that are gone counts, and the table is printed', async () => {
  await withExperiment(async (scratch) => {
    assert.equal((await stagecraft(scratch.folder, ...RUN)).status, 0);
    await rm(scratch.path('images'), { recursive: true });
    const again = await stagecraft(scratch.folder, ...RUN);
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /Nothing to do/);
    const plan = await stagecraft(scratch.folder, 'plan', FOLDER_SPEC);
    assert.match(plan.stdout, /done \(its images are not here, so not compared\)/);
    const other = await stagecraft(scratch.folder, ...RUN, '--set', 'vars.epochs=2');
    assert.equal(other.status, 2);
  });
});

test('a damaged artifact is named, set aside, and made again by the next run', async () => {
  await withExperiment(async (scratch) => {
    await stagecraft(scratch.folder, ...RUN);
    const flip = async (file: string) => {
      const [path, bytes] = [...(await artifactsIn(scratch.path('runs')))].find(([name]) =>
        name.endsWith(file),
      )!;
      bytes[bytes.length - 2]! ^= 1;
      await writeFile(scratch.path('runs/store', path), bytes);
      return path.split('/').slice(0, 3).join('/');
    };
    const checkpoint = await flip('weights.safetensors');
    const scores = (await flip('posteriors.npy')).split('/').slice(0, 2).join('/');
    await rm(scratch.path('runs/store', scores), { recursive: true });
    const second = await stagecraft(scratch.folder, ...RUN);
    assert.equal(second.status, 1);
    assert.match(second.stdout, /FAILED +evaluate .*weights\.safetensors is not what was stored\. Run again/);
    assert.match(
      second.stdout,
      /damaged +A file of the train artifact [0-9a-f]{12} .* It lies in .*damaged\/train-/,
    );
    const third = await stagecraft(scratch.folder, ...RUN);
    assert.equal(third.status, 0, third.stderr);
    assert.match(third.stdout, /start +train a/);
    await readdir(scratch.path('runs/store', checkpoint));

    await flip('table.json');
    const fourth = await stagecraft(scratch.folder, ...RUN);
    assert.equal(fourth.status, 1);
    assert.match(
      fourth.stderr,
      /table\.json is not what was stored\. It lies in .* now; run again: it is made anew\./,
    );
    assert.doesNotMatch(fourth.stderr, STACK);
    assert.equal((await stagecraft(scratch.folder, ...RUN)).status, 0);
  });
});

test('a store that cannot be written is told in words', async () => {
  await withExperiment(async (scratch) => {
    await scratch.write('file', 'not a folder');
    const { status, stderr } = await stagecraft(scratch.folder, ...RUN, '--store', 'file');
    assert.equal(status, 2);
    assert.match(stderr, /^--store: ".*file" is a file, but must be a folder\./);
    assert.doesNotMatch(stderr, STACK);
    // Root may write everywhere.
    if (process.getuid?.() === 0) return;
    await mkdir(scratch.path('closed'));
    await chmod(scratch.path('closed'), 0o500);
    const closed = await stagecraft(scratch.folder, ...RUN, '--store', 'closed');
    assert.equal(closed.status, 1);
    assert.match(closed.stderr, /^Access is denied/);
  });
});

function mountSmall(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=448k', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('a disk that fills up is told in words, and the run goes on where there is room', async (t) => {
  await withExperiment(async (scratch) => {
    const small = scratch.path('small');
    await mkdir(small);
    if (!mountSmall(small)) {
      t.skip('no right to mount');
      return;
    }
    try {
      const { status, stdout, stderr } = await stagecraft(scratch.folder, ...RUN, '--store', 'small');
      assert.equal(status, 1);
      assert.match(stdout + stderr, /The disk is full \(ENOSPC/);
      assert.doesNotMatch(stdout + stderr, STACK);
      assert.match(stdout, /done +augment/);
      execFileSync('mount', ['-o', 'remount,size=100m', small]);
      const next = await stagecraft(scratch.folder, ...RUN, '--store', 'small');
      assert.equal(next.status, 0, next.stderr);
      assert.match(next.stdout, /done before +augment/);
      execFileSync('mount', ['-o', 'remount,ro', small]);
      const readOnly = await stagecraft(scratch.folder, ...RUN, '--store', 'small');
      assert.equal(readOnly.status, 1);
      assert.match(readOnly.stderr, /^The disk is read-only \(EROFS/);
      assert.doesNotMatch(readOnly.stderr, STACK);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

test('a limit on the size of files is told as what it is, and without it the run goes on', async () => {
  await withExperiment(async (scratch) => {
    const limited = limitedTo(16, scratch.folder);
    assert.equal(limited.status, 1);
    assert.match(limited.stdout, /FAILED +train .*A file would grow beyond the limit .* \(EFBIG/);
    assert.doesNotMatch(limited.stdout + limited.stderr, STACK);
    const next = await stagecraft(scratch.folder, ...RUN);
    assert.equal(next.status, 0, next.stderr);
    assert.match(next.stdout, /done before +augment/);
  });
});

/** The same run under a limit of `blocks` times 512 bytes a file. */
function limitedTo(blocks: number, folder: string) {
  const command = ['ulimit -f "$1"', 'shift', 'exec "$@"'].join('; ');
  const args = ['-c', command, 'sh', String(blocks), process.execPath, CLI, ...RUN];
  const { status, stdout, stderr } = spawnSync('sh', args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}
