/** What every {@link ArtifactStore} must do, on the one of the product and on the one of the tests. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import type { ArtifactStore, Publication } from '../../src/run/artifact-store.js';
import { DamagedArtifactError } from '../../src/run/artifact-store.js';
import type { Files } from '../../src/run/task-host.js';
import { LocalStore } from '../../src/stores/local-store.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { TEST_ENVIRONMENT } from '../support/inline-executor.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { MemoryStore } from '../support/memory-store.js';
import { filesOn } from '../support/run-rig.js';
import { Scratch } from '../support/scratch.js';
import { numberTask } from '../support/toy.js';

interface Subject {
  readonly store: ArtifactStore;
  readonly files: Files;
  readonly damage: (execution: Execution, file: string) => Promise<void>;
}

const SUBJECTS: Readonly<Record<string, (folder: string) => Subject>> = {
  'the local store': (folder) => {
    const store = new LocalStore(folder, new NodeDisk());
    const damage = async (execution: Execution, file: string) => {
      const path = join(store.directoryOf(execution), file);
      await writeFile(path, flip(await readFile(path)));
    };
    return { store, files: filesOn(new NodeDisk()), damage };
  },
  'the local store on a disk in memory': () => {
    const disk = new MemoryDisk();
    const store = new LocalStore('/runs/store', disk);
    const damage = async (execution: Execution, file: string) => {
      const path = join(store.directoryOf(execution), file);
      await disk.writeFile(path, flip(await disk.readFile(path)));
    };
    return { store, files: filesOn(disk), damage };
  },
  'the store in memory': () => {
    const store = new MemoryStore();
    const damage = (execution: Execution, file: string) => {
      store.damage(execution, file);
      return Promise.resolve();
    };
    return { store, files: store.files, damage };
  },
};

const TASK = numberTask('one', 1);

function flip(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte));
}

function publication(inputs: Record<string, string> = {}, day = 1): Publication {
  return { inputs, environment: TEST_ENVIRONMENT, startedAt: new Date(Date.UTC(2026, 0, day)), seconds: 2 };
}

async function make({ store, files }: Subject, text: string, published = publication()): Promise<Execution> {
  const attempt = await store.begin(TASK);
  await files.writer(attempt.directory).write('a.txt', text);
  return store.publish(attempt, published);
}

for (const [name, create] of Object.entries(SUBJECTS)) {
  const check = (sentence: string, body: (subject: Subject) => Promise<void>) => {
    test(`${name}: ${sentence}`, async () => {
      await using scratch = await Scratch.make();
      await body(create(scratch.path('store')));
    });
  };

  check('holds nothing at first', async ({ store }) => {
    assert.deepEqual(await store.executions(TASK.kind, TASK.recipe), []);
  });

  check('keeps what was published, and finds it by recipe', async (subject) => {
    const execution = await make(subject, 'text');
    assert.deepEqual(await subject.store.executions(TASK.kind, TASK.recipe), [execution]);
    assert.equal(Buffer.from(await subject.store.read(execution, 'a.txt')).toString(), 'text');
    const read = await subject.files.reader(subject.store.directoryOf(execution), execution).read('a.txt');
    assert.equal(Buffer.from(read).toString(), 'text');
    assert.deepEqual(await subject.store.executions(TASK.kind, 'other'), []);
  });

  check('has no execution of an attempt that was discarded', async ({ store, files }) => {
    const attempt = await store.begin(TASK);
    await files.writer(attempt.directory).write('a.txt', 'text');
    await store.discard(attempt);
    assert.deepEqual(await store.executions(TASK.kind, TASK.recipe), []);
  });

  check('makes one artifact of the same bits from the same inputs, and the first stands', async (subject) => {
    const [a, b] = await Promise.all([make(subject, 'text'), make(subject, 'text', publication({}, 2))]);
    assert.deepEqual(a, b);
    assert.equal((await subject.store.executions(TASK.kind, TASK.recipe)).length, 1);
  });

  check('keeps the same bits from other inputs as another execution, oldest first', async (subject) => {
    const b = await make(subject, 'text', publication({ images: 'b' }, 2));
    const a = await make(subject, 'text', publication({ images: 'a' }, 1));
    assert.equal(a.output, b.output);
    assert.deepEqual(await subject.store.executions(TASK.kind, TASK.recipe), [a, b]);
  });

  check('keeps the same bits that another environment made as another execution', async (subject) => {
    const made = (code: string, day: number) => {
      const environment = { ...TEST_ENVIRONMENT, code };
      return make(subject, 'text', { ...publication({}, day), environment });
    };
    const [a, b] = [await made('a', 1), await made('b', 2)];
    assert.equal(a.output, b.output);
    assert.deepEqual(await subject.store.executions(TASK.kind, TASK.recipe), [a, b]);
    await subject.store.setAside(a);
    assert.equal(Buffer.from(await subject.store.read(b, 'a.txt')).toString(), 'text');
  });

  check('remembers the last failure of a task until one of its tries is published', async (subject) => {
    const { store } = subject;
    const other = numberTask('other', 2);
    await store.recordFailure(TASK, 'First.');
    await store.recordFailure(TASK, 'Second.\nat step 3');
    await store.recordFailure(other, 'Another.');
    const failures = await store.failures();
    assert.deepEqual([...failures.keys()].sort(), [TASK.recipe, other.recipe].sort());
    const { message, at } = failures.get(TASK.recipe)!;
    assert.equal(message, 'Second.\nat step 3');
    assert.equal(new Date(at).toISOString(), at);
    await make(subject, 'text');
    assert.deepEqual([...(await store.failures()).keys()], [other.recipe]);
    // What failed is no artifact.
    assert.deepEqual(await store.kinds(), [TASK.kind]);
    assert.deepEqual(await store.executions(other.kind, other.recipe), []);
  });

  check('lists the kinds that it holds, and the recipes of each', async (subject) => {
    const { store } = subject;
    assert.deepEqual(await store.kinds(), []);
    await make(subject, 'text');
    assert.deepEqual(await store.kinds(), [TASK.kind]);
    assert.deepEqual([...(await store.recipes(TASK.kind))], [TASK.recipe]);
    assert.deepEqual([...(await store.recipes('other'))], []);
  });

  check('gives equal output digests to equal files, and others to other names or bytes', async (subject) => {
    const { output } = await make(subject, 'text');
    assert.notEqual((await make(subject, 'text!')).output, output);
    const attempt = await subject.store.begin(TASK);
    await subject.files.writer(attempt.directory).write('b.txt', 'text');
    assert.notEqual((await subject.store.publish(attempt, publication())).output, output);
  });

  check('notices a flipped bit on read, and sets the artifact aside', async (subject) => {
    const { store, damage } = subject;
    const execution = await make(subject, 'text');
    await damage(execution, 'a.txt');
    await assert.rejects(store.read(execution, 'a.txt'), (error) => {
      assert.ok(error instanceof DamagedArtifactError);
      assert.deepEqual(error.execution, execution);
      return true;
    });
    await store.setAside(execution);
    assert.deepEqual(await store.executions(TASK.kind, TASK.recipe), []);
    await assert.rejects(store.read(execution, 'a.txt'), DamagedArtifactError);
    await make(subject, 'text');
    assert.equal(Buffer.from(await store.read(execution, 'a.txt')).toString(), 'text');
  });

  check('sets aside twice without complaint: another process may have been faster', async (subject) => {
    const execution = await make(subject, 'text');
    await subject.store.setAside(execution);
    await subject.store.setAside(execution);
  });

  check('keeps several damaged artifacts of one recipe', async (subject) => {
    const places = new Set<string>();
    for (let n = 0; n < 3; n++) places.add(await subject.store.setAside(await make(subject, `text ${n}`)));
    assert.equal(places.size, 3);
  });
}
