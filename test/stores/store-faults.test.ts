/** Publishing is all or nothing: the disk fails at every point of it in turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import { LocalStore } from '../../src/stores/local-store.js';
import type { Disk } from '../../src/util/disk.js';
import { PatientDisk, PAUSES_MS } from '../../src/util/patient-disk.js';
import { TEST_ENVIRONMENT } from '../support/inline-executor.js';
import { FailingDisk, type Fault } from '../support/failing-disk.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { filesOn } from '../support/run-rig.js';
import { numberTask } from '../support/toy.js';

const TASK = numberTask('one', 1);
const CONTENT = { 'a.txt': 'text', 'b.bin': 'more text' };

async function makeOn(
  failing: FailingDisk,
  existing?: 'manifest lost',
  disk: Disk = failing,
): Promise<Execution> {
  const store = new LocalStore('/runs/store', disk);
  const attempt = await store.begin(TASK);
  for (const [file, text] of Object.entries(CONTENT))
    await filesOn(disk).writer(attempt.directory).write(file, text);
  const publication = { inputs: {}, environment: TEST_ENVIRONMENT, startedAt: new Date(0), seconds: 1 };
  const execution = await store.publish(attempt, publication);
  if (existing) {
    await disk.remove(`${store.directoryOf(execution)}/manifest.json`);
    failing.operations.length = 0;
  }
  return execution;
}

/** What a process that starts afterwards sees. */
async function wholeArtifacts(disk: MemoryDisk): Promise<number> {
  const store = new LocalStore('/runs/store', disk);
  const executions = await store.executions(TASK.kind, TASK.recipe);
  for (const execution of executions) {
    assert.deepEqual(Object.keys(execution.files), Object.keys(CONTENT));
    for (const [file, text] of Object.entries(CONTENT))
      assert.equal(Buffer.from(await store.read(execution, file)).toString(), text);
  }
  return executions.length;
}

async function operationsOf(existing?: 'manifest lost'): Promise<readonly string[]> {
  const disk = new FailingDisk(new MemoryDisk());
  if (existing) await makeOn(disk, existing);
  await makeOn(disk);
  return disk.operations;
}

const kinds: readonly Omit<Fault, 'at'>[] = [
  { code: 'ENOSPC', done: 'nothing', stays: true },
  { code: 'ENOSPC', done: 'half', stays: false },
  { code: 'EIO', done: 'all', stays: false },
  { code: 'EIO', done: 'all', stays: true },
  { code: 'EROFS', done: 'nothing', stays: true },
];

for (const existing of [undefined, 'manifest lost'] as const) {
  for (const kind of kinds) {
    const where = existing ? ' over a folder that lost its manifest' : '';
    const title = `${kind.code} after ${kind.done}${kind.stays ? ', for good' : ''}`;
    test(`${title}: at whatever point of making an artifact${where} it comes, the store has it whole or not at all`, async () => {
      const operations = await operationsOf(existing);
      assert.ok(operations.length >= 7, operations.join(' '));
      // The last one removes save points, which then lie in nobody's way.
      for (let at = 1; at < operations.length; at++) {
        const inner = new MemoryDisk();
        const disk = new FailingDisk(inner);
        if (existing) await makeOn(disk, existing);
        disk.fault = { at, ...kind };
        await assert.rejects(makeOn(disk), { message: new RegExp(`^${kind.code}`) });
        assert.ok((await wholeArtifacts(inner)) <= 1);
        await makeOn(new FailingDisk(inner));
        assert.equal(await wholeArtifacts(inner), 1, `made again after a fault at ${operations[at - 1]!}`);
      }
    });
  }
}

for (const existing of [undefined, 'manifest lost'] as const)
  for (const code of ['EIO', 'ESTALE', 'ETIMEDOUT'] as const)
    for (const done of ['nothing', 'half', 'all'] as const)
      test(`${code} after ${done} that passes${existing ? ', over a folder that lost its manifest' : ''}: the operation is done again, whichever it is, and the artifact is whole`, async () => {
        const operations = await operationsOf(existing);
        for (let at = 1; at <= operations.length; at++) {
          const inner = new MemoryDisk();
          const disk = new FailingDisk(inner);
          if (existing) await makeOn(disk, existing);
          disk.fault = { at, code, done, stays: false };
          const pauses: number[] = [];
          const pause = (ms: number) => Promise.resolve(pauses.push(ms));
          await makeOn(disk, undefined, new PatientDisk(disk, pause));
          assert.deepEqual(pauses, [PAUSES_MS[0]], operations[at - 1]);
          assert.equal(await wholeArtifacts(inner), 1, `after a fault at ${operations[at - 1]!}`);
          assert.deepEqual(await inner.list(`/runs/store/work/${TASK.recipe}`), [], 'nothing is left over');
        }
      });

test('every file is on the disk before the manifest, and the manifest before the rename', async () => {
  const operations = await operationsOf();
  assert.deepEqual(operations, [
    ...['makeDirectory', 'writeFile', 'writeFile'],
    ...['writeFile', 'syncDirectory', 'makeDirectory', 'syncDirectory', 'syncDirectory'],
    // What is remembered of an earlier failure goes before the success comes.
    ...['remove', 'rename'],
    // Save points, which nothing needs any more.
    'remove',
  ]);
});
