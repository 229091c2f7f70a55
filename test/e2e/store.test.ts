/** The store under two runs at once, and `fsck` and `gc`, through the real command line. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Command, stagecraft } from '../support/command.js';
import { FOLDER_SPEC, makeFolderExperiment } from '../support/folder-experiment.js';
import { Scratch } from '../support/scratch.js';
import { artifactsIn } from '../support/store-contents.js';
import { until } from '../support/until.js';

const LIMIT = { timeout: 120_000 };
const RUN = ['run', FOLDER_SPEC, '--backend', 'wasm'];
const LONG = ['--set', 'vars.epochs=20', '--set', 'checkpoint.everySteps=2'];

async function experiment(): Promise<Scratch> {
  const scratch = await Scratch.make();
  await makeFolderExperiment(scratch);
  return scratch;
}

/** Returns once the training has left a save point. */
async function trains(scratch: Scratch): Promise<void> {
  const found = () => readdir(scratch.path('runs/store/unfinished')).catch(() => []);
  await until(async () => (await found()).length > 0);
}

test(
  'two runs at once train a net once: the second waits, and takes what the first has made',
  LIMIT,
  async () => {
    await using scratch = await experiment();
    using first = new Command([...RUN, ...LONG], scratch.folder);
    await trains(scratch);
    using second = new Command([...RUN, ...LONG], scratch.folder);
    await second.says(/^waits +train a .*: another run does it/m);
    const [one, other] = await Promise.all([first.finished, second.finished]);
    assert.equal(one.status, 0, one.stderr);
    assert.equal(other.status, 0, other.stderr);
    assert.match(one.stdout, /^done +train a /m);
    assert.match(other.stdout, /^done before +train a /m);
    assert.doesNotMatch(other.stdout, /^start +train/m);
    assert.deepEqual(await readdir(scratch.path('runs/store/leases')), []);
  },
);

test(
  'on a file system that fails at every ninth operation a run does its work, and the same',
  LIMIT,
  async () => {
    await using scratch = await experiment();
    await stagecraft(scratch.folder, ...RUN, '--store', 'whole');
    using command = new Command([...RUN, '--store', 'runs'], scratch.folder, {
      NODE_OPTIONS: `--import=${new URL('../support/failing-file-system.js', import.meta.url).href}`,
    });
    const { status, stdout, stderr } = await command.finished;
    assert.equal(status, 0, stdout + stderr);
    assert.doesNotMatch(stdout, /^(repeat|FAILED)/m);
    assert.deepEqual(await artifactsIn(scratch.path('runs')), await artifactsIn(scratch.path('whole')));
  },
);

test('who waits for a run that is killed does the work itself, from its last save point', LIMIT, async () => {
  await using scratch = await experiment();
  using first = new Command([...RUN, ...LONG], scratch.folder);
  await trains(scratch);
  using second = new Command([...RUN, ...LONG], scratch.folder);
  await second.says(/^waits +train a/m);
  first.signalGroup('SIGKILL');
  await first.finished;
  const other = await second.finished;
  assert.equal(other.status, 0, other.stderr);
  assert.match(other.stdout, /^goes on +train a .*: from \d+$/m);
});

test(
  'fsck finds a flipped bit, sets the artifact aside, and the next run makes that one again',
  LIMIT,
  async () => {
    await using scratch = await experiment();
    await stagecraft(scratch.folder, ...RUN);
    const whole = await stagecraft(scratch.folder, 'fsck');
    assert.equal(whole.status, 0);
    assert.match(whole.stdout, /^6 artifacts, \d+ files, .*B: all are what was stored\.$/m);
    const before = await artifactsIn(scratch.path('runs'));
    const [name] = [...before.keys()].filter(
      (path) => path.startsWith('train/') && path.endsWith('.safetensors'),
    );
    const path = scratch.path('runs/store', name!);
    const bytes = await readFile(path);
    bytes[bytes.length - 3]! ^= 4;
    await writeFile(path, bytes);
    const found = await stagecraft(scratch.folder, 'fsck');
    assert.equal(found.status, 1);
    assert.match(found.stderr, /^damaged: train [0-9a-f]{12}: .*lies in runs\/store\/damaged\/train-/m);
    const again = await stagecraft(scratch.folder, ...RUN);
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(again.stdout.match(/^start +\w+/gm), ['start        train']);
    assert.deepEqual(await artifactsIn(scratch.path('runs')), before);
  },
);

test(
  'gc shows what no experiment refers to, removes it only when told to, and leaves the rest whole',
  LIMIT,
  async () => {
    await using scratch = await experiment();
    await stagecraft(scratch.folder, ...RUN, '--set', 'vars.epochs=2');
    await stagecraft(scratch.folder, ...RUN);
    const shown = await stagecraft(scratch.folder, 'gc');
    assert.equal(shown.status, 0);
    // Of the first run: its net, scores and table; the images are those of the second, too.
    assert.match(shown.stdout, /^train +[0-9a-f]{12} .*no experiment refers to it$/m);
    assert.match(
      shown.stdout,
      /^3 artifacts \(.*B\), save points of 0 tasks and 0 left over may go; 6 artifacts stay\.$/m,
    );
    assert.match(shown.stderr, /Nothing was removed: say --yes/);
    const all = await artifactsIn(scratch.path('runs'));
    assert.match((await stagecraft(scratch.folder, 'gc', '--yes')).stdout, /^Removed\.$/m);
    const rest = await artifactsIn(scratch.path('runs'));
    assert.ok(rest.size < all.size);
    assert.match((await stagecraft(scratch.folder, ...RUN)).stdout, /Nothing to do/);
    assert.match((await stagecraft(scratch.folder, 'gc')).stdout, /Nothing to remove: all 6 artifacts/);
  },
);

test('gc --keep best keeps the best net of an experiment, --keep tables none', LIMIT, async () => {
  await using scratch = await experiment();
  await stagecraft(scratch.folder, ...RUN);
  const kinds = async () => [
    ...new Set([...(await artifactsIn(scratch.path('runs'))).keys()].map((path) => path.split('/')[0])),
  ];
  await stagecraft(scratch.folder, 'gc', '--keep', 'best', '--yes');
  assert.ok((await kinds()).includes('train'));
  await stagecraft(scratch.folder, 'gc', '--keep', 'tables', '--yes');
  assert.deepEqual((await kinds()).sort(), ['augment', 'evaluate', 'index', 'table']);
  const { stdout } = await stagecraft(scratch.folder, 'plan', FOLDER_SPEC);
  assert.match(stdout, /train a .* to do: made before, and not in the store any more/);
  const wrong = await stagecraft(scratch.folder, 'gc', '--keep', 'everything');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /best, last, tables/);
});

test('gc clears what a killed run left, and waits for runs that work', LIMIT, async () => {
  await using scratch = await experiment();
  using killed = new Command([...RUN, ...LONG], scratch.folder);
  await trains(scratch);
  const refused = await stagecraft(scratch.folder, 'gc', '--yes');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /A run works in this store/);
  killed.signalGroup('SIGKILL');
  await killed.finished;
  const { stdout } = await stagecraft(scratch.folder, 'gc', '--yes');
  assert.match(stdout, /^left over +runs\/store\/work\//m);
  const work = scratch.path('runs/store/work');
  const left = await readdir(work, { recursive: true });
  assert.deepEqual(
    left.filter((path) => path.includes('/')),
    [],
  );
  assert.ok((await readdir(scratch.path('runs/store/unfinished'))).length > 0, 'where it got to stays');
});

test('gc removes save points once the last run of the experiment wants another training', LIMIT, async () => {
  await using scratch = await experiment();
  using killed = new Command([...RUN, ...LONG], scratch.folder);
  await trains(scratch);
  killed.signalGroup('SIGKILL');
  await killed.finished;
  const unfinished = () => readdir(scratch.path('runs/store/unfinished'));
  const [recipe] = await unfinished();
  await stagecraft(scratch.folder, ...RUN);
  const shown = await stagecraft(scratch.folder, 'gc');
  assert.match(
    shown.stdout,
    new RegExp(`^save points  ${recipe!.slice(0, 12)} .*no experiment's last run`, 'm'),
  );
  assert.match(shown.stdout, /^0 artifacts \(0 B\), save points of 1 task and \d+ left over may go/m);
  assert.deepEqual(await unfinished(), [recipe], 'nothing goes before somebody has agreed');
  await stagecraft(scratch.folder, 'gc', '--yes');
  assert.deepEqual(await unfinished(), []);
  assert.match((await stagecraft(scratch.folder, ...RUN)).stdout, /Nothing to do/);
});

test(
  'gc keeps what a run that was killed has finished, and refuses where it cannot know what is referred to',
  LIMIT,
  async () => {
    await using scratch = await experiment();
    using killed = new Command([...RUN, ...LONG], scratch.folder);
    await trains(scratch);
    killed.signalGroup('SIGKILL');
    await killed.finished;
    const before = await artifactsIn(scratch.path('runs'));
    assert.ok([...before.keys()].some((path) => path.startsWith('index/')));
    assert.equal((await stagecraft(scratch.folder, 'gc', '--yes')).status, 0);
    assert.deepEqual(await artifactsIn(scratch.path('runs')), before);
    await stagecraft(scratch.folder, ...RUN);
    const path = scratch.path('runs/tiny/last-run.json');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 10));
    const all = await artifactsIn(scratch.path('runs'));
    const refused = await stagecraft(scratch.folder, 'gc', '--yes');
    assert.equal(refused.status, 2);
    assert.match(
      refused.stderr,
      /last-run\.json cannot be read, so what its experiment refers to is not known/,
    );
    assert.deepEqual(await artifactsIn(scratch.path('runs')), all);
  },
);

test('fsck sees a damaged manifest, and the next run makes that artifact again', LIMIT, async () => {
  await using scratch = await experiment();
  await stagecraft(scratch.folder, ...RUN);
  const folder = scratch.path('runs/store/train');
  const [name] = (await readdir(folder, { recursive: true })).filter((path) =>
    path.endsWith('manifest.json'),
  );
  const path = scratch.path('runs/store/train', name!);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"sha256": "', '"sha256": "0'));
  const found = await stagecraft(scratch.folder, 'fsck');
  assert.equal(found.status, 1);
  assert.match(found.stderr, /^damaged: a folder without a whole manifest/m);
  assert.match((await stagecraft(scratch.folder, ...RUN)).stdout, /^start +train a/m);
});

test(
  'gc and fsck are of a store that is there, and pass over nothing that they are told',
  LIMIT,
  async () => {
    await using scratch = await experiment();
    for (const command of ['gc', 'fsck']) {
      const none = await stagecraft(scratch.folder, command);
      assert.equal(none.status, 2);
      assert.match(none.stderr, /There is no store in .*runs: --store names the folder/);
      const told = await stagecraft(scratch.folder, command, 'runs-2');
      assert.equal(told.status, 2);
      assert.match(told.stderr, /takes no "runs-2"\. Another store: --store DIR/);
    }
  },
);
