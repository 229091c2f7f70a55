/** What goes wrong beside the sending itself: others that write at once, refusals of single things, files that are gone. */
import assert from 'node:assert/strict';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import test from 'node:test';
import { SyncRounds } from '../../../src/cli/sync-rounds.js';
import type { Task } from '../../../src/plan/plan.js';
import { JournalTracker } from '../../../src/trackers/journal-tracker.js';
import { Synchroniser } from '../../../src/trackers/sync/synchroniser.js';
import { NodeDisk } from '../../../src/util/node-disk.js';
import { assertWhole, DeliveryRig, named, ONE, POINTS, rowOf, TWO } from '../../support/delivery-rig.js';

const NET: Task = { ...ONE, stage: 'net', output: 'checkpoint', recipe: 'c'.repeat(64) };

function evaluationOf(checkpoint: Task, letter: string): Task {
  return { ...TWO, stage: letter, recipe: letter.repeat(64), inputs: { checkpoint: checkpoint.recipe } };
}

async function done(rig: DeliveryRig, tracker: JournalTracker, task: Task, error?: number): Promise<void> {
  tracker.start(task);
  if (error !== undefined) tracker.metric(task, 'top1_error_percent', error, 0);
  await tracker.end(task, { end: 'finished', ...(await rig.stored(task)) });
}

test('two senders of one journal that do not see each other leave each run once, and nothing is lost', async () => {
  for (let n = 0; n < 10; n++) {
    await using rig = await DeliveryRig.make();
    await rig.journal();
    // Locks are of the folder, so a copy has its own.
    const copy = `${rig.runs.path}-copy`;
    await cp(rig.runs.path, copy, { recursive: true });
    const other = new Synchroniser({
      ...{ client: rig.client, runsDirectory: copy, journal: `${copy}/toys/journal` },
    });
    await Promise.allSettled([rig.synchroniser().round(), other.round()]);
    // What crossed is put right by one after them, and stays right.
    await rig.synchroniser().round();
    assert.deepEqual((await rig.synchroniser().round())?.problems, [], `try ${n}`);
    assertWhole(rig.server);
    await rm(copy, { recursive: true });
  }
});

test('of two invocations at once the last to write a file and a row counts, not the last begun', async () => {
  for (const between of [false, true]) {
    await using rig = await DeliveryRig.make();
    const [first, second] = [await rig.opened(), await rig.opened()];
    for (const tracker of [first, second]) tracker.link(ONE, await rig.stored(ONE));
    await rig.report(second, 'of the second');
    await rig.table(second, 25);
    await second.close('finished');
    if (between) await rig.synchroniser().round();
    await rig.report(first, 'of the first');
    await rig.table(first, 24);
    await first.close('finished');
    for (let n = 0; n < 2; n++) assert.deepEqual((await rig.synchroniser().round())?.problems, []);
    const parent = rig.server.alive.find(({ name }) => name === 'toys')!;
    assert.equal(parent.files.get('table.md')?.toString(), 'of the first');
    const latest = [...rowOf(rig.server).points.values()].filter(({ key }) => key === 'top1_error_percent');
    assert.equal(latest.sort((a, b) => a.step - b.step).at(-1)!.value, 24);
  }
});

test('a registered model that is somebody else’s is one problem, and all else is delivered', async () => {
  await using rig = await DeliveryRig.make();
  const tracker = await rig.opened();
  await done(rig, tracker, NET);
  await done(rig, tracker, evaluationOf(NET, 'e'), 25);
  await tracker.close('finished');
  await rig.journal();
  rig.server.refuse = ({ path }) => (/registered-models|model-versions/.test(path) ? 403 : undefined);
  const refused = await rig.synchroniser().round();
  assert.match(refused!.problems.join(), /^best net: .*answered 403/);
  assert.doesNotMatch(refused!.problems.join(), /allowed-hosts/);
  assert.equal(named(rig.server, 'one').length, 1);
  // It is not done with.
  rig.server.refuse = () => undefined;
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assert.equal(rig.server.models.aliases.get('toys@best'), '1');
});

test('the best net may have been made and evaluated by another experiment', async () => {
  await using rig = await DeliveryRig.make();
  const other = new JournalTracker(new NodeDisk(), rig.runs);
  await other.open({ name: 'other', title: 'Other' });
  const [good, bad] = [NET, { ...NET, stage: 'bad', recipe: 'd'.repeat(64) }];
  await done(rig, other, good);
  await done(rig, other, evaluationOf(good, 'a'), 20);
  await other.close('finished');
  const tracker = await rig.opened();
  for (const task of [good, evaluationOf(good, 'a')]) tracker.link(task, await rig.stored(task));
  await done(rig, tracker, bad);
  await done(rig, tracker, evaluationOf(bad, 'b'), 40);
  await tracker.close('finished');
  const rounds = new SyncRounds({ client: rig.client, runs: rig.runs, experiment: undefined });
  assert.ok(await rounds.round(['other', 'toys'], new AbortController().signal));
  const best = rig.server.models.versions.find(({ name }) => name === 'toys')!;
  assert.equal(rig.server.runs.get(best.run_id)!.tags.get('stagecraft.stage'), 'net');
  const link = rig.server.alive.find(({ name, tags }) => tags.has('stagecraft.cached') && name.includes('a'));
  assert.ok(link);
});

test('a link into a journal that is delivered later finds who made it in the same round', async () => {
  await using rig = await DeliveryRig.make();
  for (const name of ['zoo', 'ark']) {
    const tracker = new JournalTracker(new NodeDisk(), rig.runs);
    await tracker.open({ name, title: name });
    if (name === 'zoo') await done(rig, tracker, ONE);
    else tracker.link(ONE, await rig.stored(ONE));
    await tracker.close('finished');
  }
  const rounds = new SyncRounds({ client: rig.client, runs: rig.runs, experiment: undefined });
  await rounds.round(['ark', 'zoo'], new AbortController().signal);
  const link = rig.server.alive.find(({ tags }) => tags.has('stagecraft.cached'))!;
  const maker = named(rig.server, 'one').find(({ tags }) => !tags.has('stagecraft.cached'))!;
  assert.equal(link.tags.get('stagecraft.made_by'), maker.id);
  assert.match(link.tags.get('mlflow.note.content')!, /^Made by/);
});

test('a server that does not serve files gets all else, and each run ends', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  rig.server.artifactRoot = 's3://bucket/';
  const { problems } = (await rig.synchroniser().round())!;
  assert.match(
    problems.join('\n'),
    /number one, its files: The server keeps its files at s3:.*--artifacts-destination/,
  );
  for (const { stage } of [ONE, TWO]) {
    const [run] = named(rig.server, stage);
    assert.deepEqual([run!.points.size, run!.status], [POINTS, 'FINISHED']);
  }
});

test('a hiccup while a file is read back is no loss', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  let isFirst = true;
  rig.server.refuse = ({ method, path }) => {
    if (method !== 'GET' || !path.startsWith('mlflow-artifacts') || !isFirst) return undefined;
    isFirst = false;
    return 503;
  };
  await assert.rejects(rig.synchroniser().round(), { message: /answered 503/ });
  let uploads = 0;
  rig.server.refuse = ({ method }) => {
    if (method === 'PUT') uploads += 1;
    return undefined;
  };
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assert.equal(uploads, 0);
});

test('what a process made just before it died is brought to its run by the next', async () => {
  await using rig = await DeliveryRig.make();
  await rig.killed(ONE);
  await rig.synchroniser().round();
  const next = await rig.opened();
  next.link(ONE, await rig.stored(ONE));
  await next.close('finished');
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  const [run, ...more] = named(rig.server, 'one');
  assert.deepEqual(
    [run!.status, run!.files.get('value.json')?.toString(), more.length],
    ['FINISHED', 'one', 0],
  );
});

test('something in the store that cannot be read is a problem by name, and the rest is delivered', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  const file = `${rig.runs.path}/store/number/${ONE.recipe}/one/value.json`;
  await rename(file, `${file}.old`);
  await mkdir(file);
  const { problems } = (await rig.synchroniser().round())!;
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /^number one, its files: EISDIR/);
  assert.equal(named(rig.server, 'two')[0]!.files.size, 1);
});

test('a watch does not send again and again what a second time did not mend', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  const watch = rig.synchroniser();
  await watch.round();
  const [one] = named(rig.server, 'one');
  one!.points.set('more', { key: 'loss', step: 1, timestamp: 1, value: 1 });
  one!.tags.delete('stagecraft.verified');
  const later = rig.synchroniser();
  assert.equal((await later.round())!.problems.length, 1);
  let batches = 0;
  rig.server.refuse = ({ path }) => {
    if (path === 'runs/log-batch') batches += 1;
    return undefined;
  };
  assert.equal((await later.round())!.problems.length, 1);
  assert.equal(batches, 0);
});

test('what is not ended or was deleted is not said to be read back', async () => {
  await using rig = await DeliveryRig.make();
  const tracker = await rig.opened();
  tracker.start(ONE);
  for (let step = 0; step < 100; step++) tracker.metric(ONE, 'loss', step, step);
  await done(rig, tracker, TWO);
  const first = (await rig.synchroniser().round())!;
  assert.deepEqual([first.runs, first.readNow, first.open, first.deleted], [3, 1, 2, 0]);
  named(rig.server, 'two')[0]!.deleted = true;
  const second = (await rig.synchroniser().round())!;
  assert.deepEqual([second.runs, second.readNow, second.open, second.deleted], [2, 0, 2, 1]);
  await tracker.close('interrupted');
});
