/** A journal on its way to a server that forgets, refuses and answers late; the real one is in `test/judges/mlflow`. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { MlflowError } from '../../../src/trackers/mlflow/mlflow-error.js';
import {
  assertWhole,
  DeliveryRig,
  named,
  ofDeadWriter,
  ONE,
  POINTS,
  TWO,
} from '../../support/delivery-rig.js';

test('what is delivered is there once, and reading it back says so; a second time nothing is sent', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assertWhole(rig.server);
  let sent = 0;
  rig.server.refuse = ({ path, method }) => {
    if (method === 'PUT' || /log-|update|create/.test(path)) sent += 1;
    return undefined;
  };
  const again = await rig.synchroniser().round();
  // A row has its error with both ends of the interval, images and runs.
  assert.deepEqual([again?.runs, again?.points, sent], [4, 2 * POINTS + 5, 0]);
});

test('an outage at any request loses nothing: the round after it goes on with the records that it had read', async () => {
  for (let failing = 1; failing < 40; failing += 4) {
    await using rig = await DeliveryRig.make();
    await rig.journal();
    const synchroniser = rig.synchroniser();
    let asked = 0;
    rig.server.refuse = () => (++asked === failing ? 503 : undefined);
    await synchroniser.round().catch((error: unknown) => {
      assert.ok(error instanceof MlflowError);
    });
    const done = await synchroniser.round();
    assert.deepEqual(done?.problems, [], `request ${failing}`);
    assert.equal(done.points, 2 * POINTS + 5);
    assertWhole(rig.server);
  }
});

test('an answer that is lost, at any request, makes nothing twice', async () => {
  for (let losing = 1; losing < 40; losing += 4) {
    await using rig = await DeliveryRig.make();
    await rig.journal();
    let asked = 0;
    rig.server.loseAnswer = () => ++asked === losing;
    const synchroniser = rig.synchroniser();
    await synchroniser.round().catch((error: unknown) => {
      assert.ok(error instanceof MlflowError);
    });
    assert.deepEqual((await synchroniser.round())?.problems, [], `request ${losing}`);
    assertWhole(rig.server);
  }
});

test('of a run whose making came to life late and the one in use one stays, with all of it', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  // The server answers 503, and makes the run afterwards.
  let late: Record<string, unknown> | undefined;
  rig.server.refuse = ({ path, body }) => {
    if (late || path !== 'runs/create' || !body.includes('number')) return undefined;
    late = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    return 503;
  };
  const synchroniser = rig.synchroniser();
  await assert.rejects(synchroniser.round(), MlflowError);
  const isMade = { done: false };
  rig.server.refuse = ({ path }) => {
    if (path !== 'runs/log-batch' || isMade.done) return undefined;
    isMade.done = true;
    void rig.client.createRun({
      experimentId: String(late!['experiment_id']),
      name: 'late',
      startTime: 1,
      tags: Object.fromEntries(
        (late!['tags'] as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
      ),
    });
    return undefined;
  };
  await synchroniser.round();
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assertWhole(rig.server);
  const twins = [...rig.server.runs.values()].filter(({ tags }) => tags.get('stagecraft.stage') === 'one');
  assert.deepEqual(twins.map(({ deleted }) => deleted).sort(), [false, true]);
  const [kept, other] = twins.sort((a, b) => Number(a.deleted) - Number(b.deleted));
  assert.equal(other!.tags.get('stagecraft.twin_of'), kept!.id);
});

test('a watch beside another sender finds its runs', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  const watch = rig.synchroniser();
  await watch.round();
  await rig.journal('second');
  await rig.synchroniser().round();
  assert.deepEqual((await watch.round())?.problems, []);
  assert.equal(named(rig.server, 'one').length, 2);
  assert.equal(named(rig.server, 'two').length, 2);
});

test('two invocations at once are delivered each by itself, whichever ends first and whatever the clock says', async () => {
  await using rig = await DeliveryRig.make();
  const [first, second] = [await rig.opened(), await rig.opened()];
  first.start(ONE);
  await second.close('finished');
  await rig.synchroniser().round();
  for (let step = 0; step < 10; step++) first.metric(ONE, 'loss', step, step);
  await first.end(ONE, { end: 'finished', ...(await rig.stored(ONE)) });
  await rig.report(first, 'of the first');
  await first.close('finished');
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assert.equal(named(rig.server, 'one')[0]!.points.size, 10);
  assert.equal(
    rig.server.alive
      .find(({ name }) => name === 'toys')!
      .files.get('table.md')
      ?.toString(),
    'of the first',
  );
});

test('what the server refuses for ever is a problem by name, and the rest is delivered', async () => {
  for (const status of [400, 500]) {
    await using rig = await DeliveryRig.make();
    await rig.journal();
    rig.server.refuse = ({ method, body }) =>
      method === 'PUT' && body.toString() === 'one' ? status : undefined;
    const synchroniser = rig.synchroniser();
    for (let tries = 1; status === 500 && tries < 8; tries++)
      await assert.rejects(synchroniser.round(), MlflowError);
    const done = await synchroniser.round();
    assert.match(done!.problems.join('\n'), new RegExp(`answered ${status}: as told`));
    assert.equal(named(rig.server, 'two')[0]!.status, 'FINISHED');
    // It is not done with: another process tries again.
    rig.server.refuse = () => undefined;
    assert.deepEqual((await rig.synchroniser().round())?.problems, []);
    assertWhole(rig.server);
  }
});

test('a login that is refused ends the round, since nothing else would be taken either', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  rig.server.refuse = ({ path }) => (path === 'runs/create' ? 401 : undefined);
  await assert.rejects(rig.synchroniser().round(), { message: /answered 401/ });
});

test('a run that was deleted on the server stays deleted', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  await rig.synchroniser().round();
  named(rig.server, 'one')[0]!.deleted = true;
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assert.equal(named(rig.server, 'one').length, 0);
});

test('so does one that was deleted while it ran, and its end is no problem', async () => {
  await using rig = await DeliveryRig.make();
  const tracker = await rig.opened();
  tracker.start(ONE);
  tracker.metric(ONE, 'loss', 1, 0);
  await tracker.end(TWO, { end: 'interrupted' });
  await rig.synchroniser().round();
  named(rig.server, 'one')[0]!.deleted = true;
  tracker.metric(ONE, 'loss', 1, 1);
  await tracker.end(ONE, { end: 'finished', ...(await rig.stored(ONE)) });
  await tracker.close('finished');
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assert.equal(named(rig.server, 'one').length, 0);
});

test('a writer that was thought gone and writes on is delivered to its end', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  const path = `${rig.runs.journal('toys')}/000001.jsonl`;
  const whole = ofDeadWriter(await readFile(path, 'utf8'));
  const cut = whole.indexOf('"key":"loss"', whole.length / 4);
  await writeFile(path, whole.slice(0, cut));
  await rig.synchroniser().round();
  assert.equal(named(rig.server, 'one')[0]!.status, 'KILLED');
  await writeFile(path, whole);
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assertWhole(rig.server);
});

test('a failure of any length ends its run, and a file that is gone or changed is a problem by name', async () => {
  await using rig = await DeliveryRig.make();
  const tracker = await rig.opened();
  tracker.start(ONE);
  await tracker.end(ONE, { end: 'failed', message: 'x'.repeat(20_000) });
  tracker.start(TWO);
  const stored = await rig.stored(TWO);
  await tracker.end(TWO, { end: 'finished', ...stored });
  await rig.report(tracker, 'as written');
  await tracker.close('failed');
  await writeFile(`${stored.directory}/value.json`, 'spoilt');
  await writeFile(`${rig.runs.experiment('toys')}/table.md`, 'edited');
  const problems = (await rig.synchroniser().round())!.problems.join('\n');
  assert.equal(named(rig.server, 'one')[0]!.status, 'FAILED');
  assert.match(problems, /value\.json is not what was stored/);
  assert.match(problems, /table\.md is not there/);
});

test('the runs of a writer that is gone are ended, and one that goes on runs again', async () => {
  await using rig = await DeliveryRig.make();
  await rig.killed(ONE);
  await rig.synchroniser().round();
  const parent = rig.server.alive.find(({ name }) => name === 'toys')!;
  assert.deepEqual([named(rig.server, 'one')[0]!.status, parent.status], ['KILLED', 'KILLED']);
  const later = await rig.opened();
  later.resume(ONE);
  later.metric(ONE, 'loss', 0.5, 1);
  await later.end(ONE, { end: 'interrupted' });
  await rig.synchroniser().round();
  assert.equal(parent.status, 'RUNNING');
  await later.close('finished');
  await rig.synchroniser().round();
  assert.equal(parent.status, 'FINISHED');
  assert.equal(named(rig.server, 'one')[0]!.points.size, 2);
});
