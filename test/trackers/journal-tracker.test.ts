import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunsDirectory } from '../../src/run/runs-directory.js';
import { type JournalRecord, readSegment } from '../../src/trackers/journal-record.js';
import { JournalTracker } from '../../src/trackers/journal-tracker.js';
import type { Disk } from '../../src/util/disk.js';
import { ownName } from '../../src/util/process-identity.js';
import { FailingDisk } from '../support/failing-disk.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { numberTask } from '../support/toy.js';
import { storedOf, TOYS } from '../support/tracked.js';

const ONE = numberTask('one', 1);
const TWO = numberTask('two', 2);

function trackerOn(disk: Disk): JournalTracker {
  return new JournalTracker(disk, new RunsDirectory('/runs'));
}

async function opened(disk: Disk, experiment = 'toys'): Promise<JournalTracker> {
  const tracker = trackerOn(disk);
  await tracker.open({ ...TOYS, name: experiment });
  return tracker;
}

async function segment(disk: Disk, n = 1, experiment = 'toys'): Promise<readonly JournalRecord[]> {
  const path = `/runs/${experiment}/journal/${String(n).padStart(6, '0')}.jsonl`;
  return readSegment(Buffer.from(await disk.readFile(path)).toString());
}

/** Type, run and, for metrics, the point; names instead of recipes. Without the end of the segment. */
function brief(records: readonly JournalRecord[]): string[] {
  return records.flatMap((record) => {
    if (record.type === 'segment') return `segment ${record.experiment}`;
    if (record.type === 'close') return [];
    if (record.type === 'report') return `report ${record.path}`;
    const run = record.run.replace(ONE.recipe, 'one').replace(TWO.recipe, 'two');
    if (record.type === 'metric') return `${run} ${record.key}=${record.value} at ${record.step}`;
    return record.type === 'end' ? `end ${run} ${record.end}` : `${record.type} ${run}`;
  });
}

test('a record says everything about its point: format, version 2', async () => {
  const disk = new MemoryDisk();
  const tracker = await opened(disk);
  tracker.link(TWO, storedOf(TWO));
  tracker.start(ONE);
  tracker.metric(ONE, 'top1_error_percent', 29.6, 3);
  await tracker.end(ONE, { end: 'finished', ...storedOf(ONE) });
  tracker.report({ path: '/runs/toys/table.md', sha256: 'b'.repeat(64), report: 'table', holds: 'report' });
  await tracker.close('finished');
  const records = await segment(disk);
  for (const { time } of records) assert.ok(Number.isInteger(time) && Math.abs(Date.now() - time) < 60_000);
  const [first, ...others] = records.map(({ time: _time, ...record }) => record);
  const identity = { run: ONE.recipe, recipe: ONE.recipe, generation: 1 };
  const facts = (stage: string, value: number) => ({
    ...{ kind: 'number', stage, labels: {}, parameters: { value }, dataset: null, inputs: {} },
  });
  const made = (recipe: string) => ({
    ...{ output: 'd'.repeat(64), artifact: 'checkpoint', directory: `store/number/${recipe}/one` },
    ...{ files: { 'value.json': { bytes: 2, sha256: 'a'.repeat(64) } }, inputDigests: {} },
    environment: { node: 'v24', platform: 'linux-x64', code: '1'.repeat(64) },
    ...{ host: 'here', seconds: 1 },
  });
  assert.ok(first?.type === 'segment');
  const { journal, id, writer, version, commit, ...opening } = first;
  assert.deepEqual(opening, { sequence: 0, type: 'segment', format: 2, experiment: 'toys', title: 'Toys' });
  assert.match(journal, /^[0-9a-f-]{36}$/);
  assert.match(id, /^[0-9a-f]{8}$/);
  assert.equal(writer, ownName());
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(commit === null || /^[0-9a-f]{40}$/.test(commit));
  assert.deepEqual(others, [
    {
      ...{ sequence: 1, type: 'link', run: TWO.recipe, recipe: TWO.recipe },
      ...{ ...facts('two', 2), ...made(TWO.recipe) },
    },
    { sequence: 2, type: 'start', ...identity, ...facts('one', 1) },
    { sequence: 3, type: 'metric', run: ONE.recipe, key: 'top1_error_percent', value: 29.6, step: 3 },
    { sequence: 4, type: 'end', ...identity, end: 'finished', made: made(ONE.recipe) },
    {
      ...{ sequence: 5, type: 'report', sha256: 'b'.repeat(64), report: 'table', holds: 'report' },
      path: 'toys/table.md',
    },
    { sequence: 6, type: 'close', end: 'finished' },
  ]);
});

test('numbers that JSON lacks are journaled by name', async () => {
  const disk = new MemoryDisk();
  const tracker = await opened(disk);
  tracker.start(ONE);
  for (const [step, value] of [NaN, Infinity, -Infinity, -0, 5e-324].entries())
    tracker.metric(ONE, 'loss', value, step);
  await tracker.close('finished');
  const values = (await segment(disk)).flatMap((record) => (record.type === 'metric' ? [record.value] : []));
  assert.deepEqual(values, ['NaN', 'Infinity', '-Infinity', 0, 5e-324]);
});

test('a sequence has no gaps however many points come at once', async () => {
  const disk = new MemoryDisk();
  const tracker = await opened(disk);
  tracker.start(ONE);
  for (let step = 0; step < 1000; step++) tracker.metric(ONE, 'loss', step, step);
  await tracker.end(ONE, { end: 'finished', ...storedOf(ONE) });
  await tracker.close('finished');
  const records = await segment(disk);
  assert.deepEqual(
    records.map(({ sequence }) => sequence),
    Array.from({ length: 1004 }, (_, i) => i),
  );
});

test('a last line that was cut short is left out, and so is what follows a line that is none', () => {
  const line = '{"sequence":0,"time":1,"type":"close","end":"finished"}\n';
  assert.equal(readSegment(line + line.slice(0, 20)).length, 1);
  assert.equal(readSegment(line + line.trimEnd()).length, 1);
  assert.equal(readSegment(`${line}\0\0\0\n${line}`).length, 1);
  assert.deepEqual(readSegment(''), []);
});

test('a second invocation opens a segment of its own, resumes runs and drops the points that are there', async () => {
  const disk = new MemoryDisk();
  const first = await opened(disk);
  first.start(ONE);
  for (const step of [0, 10, 20]) first.metric(ONE, 'loss', step, step);
  await first.end(ONE, { end: 'interrupted' });
  await first.close('finished');
  const second = await opened(disk);
  second.resume(ONE);
  for (const step of [0, 10, 20, 30]) second.metric(ONE, 'loss', step, step);
  second.metric(ONE, 'rate', 1, 0);
  await second.end(ONE, { end: 'finished', ...storedOf(ONE) });
  await second.close('finished');
  assert.deepEqual(brief(await segment(disk, 2)), [
    ...['segment toys', 'resume one', 'one loss=30 at 30', 'one rate=1 at 0', 'end one finished'],
  ]);
});

test('a run that was cut off without an end goes on, and its torn point is journaled anew', async () => {
  const disk = new MemoryDisk();
  const first = await opened(disk);
  first.start(ONE);
  first.metric(ONE, 'loss', 1, 1);
  await first.end(ONE, { end: 'failed', message: 'No.' });
  await first.close('finished');
  const path = '/runs/toys/journal/000001.jsonl';
  const text = Buffer.from(await disk.readFile(path)).toString();
  await disk.writeFile(path, text.slice(0, text.indexOf('"key":"loss"')));
  const second = await opened(disk);
  second.resume(ONE);
  second.metric(ONE, 'loss', 1, 1);
  await second.close('finished');
  assert.deepEqual(brief(await segment(disk, 2)), ['segment toys', 'resume one', 'one loss=1 at 1']);
});

test('a task that is begun again after an interrupt is another run: two trainings are never mixed', async () => {
  const disk = new MemoryDisk();
  const first = await opened(disk);
  first.start(ONE);
  for (const step of [0, 10, 20]) first.metric(ONE, 'loss', 9, step);
  await first.end(ONE, { end: 'interrupted' });
  await first.close('finished');
  const second = await opened(disk);
  second.start(ONE);
  for (const step of [0, 10]) second.metric(ONE, 'loss', 1, step);
  await second.close('finished');
  assert.deepEqual(brief(await segment(disk, 2)), [
    ...['segment toys', 'start one.2', 'one.2 loss=1 at 0', 'one.2 loss=1 at 10'],
  ]);
});

test('a finished task that is done again is another run, with points of its own', async () => {
  const disk = new MemoryDisk();
  for (let n = 1; n <= 3; n++) {
    const tracker = await opened(disk);
    tracker.start(ONE);
    tracker.metric(ONE, 'loss', 1, 0);
    await tracker.end(ONE, { end: 'finished', ...storedOf(ONE) });
    tracker.link(ONE, storedOf(ONE));
    await tracker.close('finished');
    const run = n === 1 ? 'one' : `one.${n}`;
    assert.deepEqual(brief(await segment(disk, n)), [
      ...['segment toys', `start ${run}`, `${run} loss=1 at 0`, `end ${run} finished`, `link ${run}`],
    ]);
  }
});

test('two trackers on one experiment at once write segments of their own', async () => {
  const disk = new MemoryDisk();
  const trackers = await Promise.all([opened(disk), opened(disk)]);
  for (const [i, tracker] of trackers.entries()) {
    tracker.start(ONE);
    for (let step = 0; step <= 5 * (2 - i); step++) tracker.metric(ONE, 'loss', step, step);
    await tracker.end(ONE, { end: 'interrupted' });
  }
  await Promise.all(trackers.map((tracker) => tracker.close('finished')));
  assert.deepEqual(await disk.list('/runs/toys/journal'), ['000001.jsonl', '000002.jsonl']);
  const third = await opened(disk);
  third.resume(ONE);
  for (const step of [7, 10, 11]) third.metric(ONE, 'loss', step, step);
  await third.close('finished');
  assert.deepEqual(brief(await segment(disk, 3)), ['segment toys', 'resume one', 'one loss=11 at 11']);
});

test('a tracker that is opened for one experiment after another mixes nothing up', async () => {
  const disk = new MemoryDisk();
  const tracker = trackerOn(disk);
  for (const experiment of ['first', 'second']) {
    await tracker.open({ ...TOYS, name: experiment });
    tracker.start(ONE);
    tracker.metric(ONE, 'loss', 1, 0);
    await tracker.end(ONE, { end: 'finished', ...storedOf(ONE) });
    await tracker.close('finished');
  }
  for (const experiment of ['first', 'second']) {
    const records = await segment(disk, 1, experiment);
    assert.deepEqual(brief(records), [
      ...[`segment ${experiment}`, 'start one', 'one loss=1 at 0', 'end one finished'],
    ]);
    assert.equal(records[0]!.sequence, 0);
  }
});

for (const operation of ['append', 'sync'] as const) {
  test(`a disk that fails in ${operation} is heard of at the end of the task, and at the close`, async () => {
    const inner = new MemoryDisk();
    const disk = new FailingDisk(inner);
    const tracker = await opened(disk);
    tracker.start(ONE);
    await tracker.end(ONE, { end: 'finished', ...storedOf(ONE) });
    const before = disk.operations.length;
    // An end is one append and one sync.
    const at = before + (operation === 'append' ? 1 : 2);
    disk.fault = { at, code: 'ENOSPC', done: 'half', stays: false };
    await assert.rejects(tracker.end(ONE, { end: 'finished', ...storedOf(ONE) }), { message: /^ENOSPC/ });
    assert.equal(disk.operations[at - 1], operation);
    tracker.metric(ONE, 'loss', 1, 1);
    await assert.rejects(tracker.close('finished'), { message: /^ENOSPC/ });
    const later = await opened(inner);
    later.start(ONE);
    await later.close('finished');
    assert.equal((await segment(inner, 2)).length, 3);
  });
}
