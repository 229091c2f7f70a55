/** What reading a delivery back finds: whatever a server lost or has otherwise than it was sent. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertWhole, DeliveryRig, named, ONE, rowOf } from '../../support/delivery-rig.js';
import type { MlflowStandIn, StandInRun } from '../../support/mlflow-stand-in.js';

test('what the server lost after it had answered is found by reading back, and sent again', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  await rig.synchroniser().round();
  const [one] = named(rig.server, 'one');
  const [two] = named(rig.server, 'two');
  const lost = [...one!.points.keys()][7]!;
  one!.points.delete(lost);
  two!.files.set('value.json', Buffer.from('other'));
  for (const { tags } of rig.server.alive) tags.delete('stagecraft.verified');
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assertWhole(rig.server);
});

function parentOf(server: MlflowStandIn): StandInRun {
  return server.alive.find(({ name }) => name === 'toys')!;
}

/** Each does something to what was delivered that reading back is to find and a second delivery to mend. */
const LOSSES: Readonly<Record<string, (server: MlflowStandIn) => void>> = {
  'a parameter': (server) => named(server, 'one')[0]!.params.delete('recipe'),
  'a tag of what made it': (server) => named(server, 'one')[0]!.tags.delete('stagecraft.output'),
  'a tag of the program': (server) => parentOf(server).tags.delete('stagecraft.version'),
  'the tag of a table': (server) => rowOf(server).tags.set('table', 'other'),
  'a data set': (server) => (named(server, 'one')[0]!.datasets = []),
  'an end': (server) => (named(server, 'one')[0]!.status = 'RUNNING'),
  'a value of a row': (server) => {
    rowOf(server).points.clear();
  },
  'a parameter of a row': (server) => {
    rowOf(server).params.clear();
  },
  'a row': (server) => server.runs.delete(rowOf(server).id),
  'a run': (server) => server.runs.delete(named(server, 'one')[0]!.id),
};

for (const [what, lose] of Object.entries(LOSSES)) {
  test(`${what} that the server lost is found by reading back, and sent again`, async () => {
    await using rig = await DeliveryRig.make();
    await rig.journal();
    await rig.synchroniser().round();
    lose(rig.server);
    for (const { tags } of rig.server.alive) tags.delete('stagecraft.verified');
    assert.deepEqual((await rig.synchroniser().round())?.problems, []);
    assertWhole(rig.server);
    const [one] = named(rig.server, 'one');
    assert.equal(one!.params.get('recipe'), ONE.recipe);
    assert.equal(one!.datasets.length, 1);
    assert.ok(one!.tags.get('stagecraft.output'));
    assert.ok(parentOf(rig.server).tags.get('stagecraft.version'));
  });
}

test('a run that was moved from below its parent is put back', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  await rig.synchroniser().round();
  const [one] = named(rig.server, 'one');
  one!.tags.set('mlflow.parentRunId', 'another');
  one!.tags.delete('stagecraft.verified');
  assert.deepEqual((await rig.synchroniser().round())!.problems, []);
  const parent = rig.server.alive.find(({ name }) => name === 'toys')!;
  assert.equal(one!.tags.get('mlflow.parentRunId'), parent.id);
});

test('a row that comes out otherwise has both values, one measured otherwise is another row', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  await rig.synchroniser().round();
  const tracker = await rig.opened();
  tracker.link(ONE, await rig.stored(ONE));
  await rig.table(tracker, 24);
  await tracker.close('finished');
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  const values = [...rowOf(rig.server).points.values()].filter(({ key }) => key === 'top1_error_percent');
  assert.deepEqual(
    values.map(({ value, step }) => [step, value]),
    [
      [1, 25],
      [2, 24],
    ],
  );
  const other = await rig.opened();
  // No task of it has the data set of the rows before.
  await rig.table(other, 24);
  await other.close('finished');
  assert.deepEqual((await rig.synchroniser().round())?.problems, []);
  assert.equal(rig.server.alive.filter(({ tags }) => tags.get('table') === 'table3').length, 2);
});

test('a point that is another than was sent is a problem, since a server keeps both', async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  await rig.synchroniser().round();
  const [one] = named(rig.server, 'one');
  const [key, point] = [...one!.points][7]!;
  one!.points.delete(key);
  one!.points.set('other', { ...point, timestamp: point.timestamp + 1 });
  for (const { tags } of rig.server.alive) tags.delete('stagecraft.verified');
  assert.match(
    (await rig.synchroniser().round())!.problems.join(),
    /number one: loss has 2501 points, 1 more than were sent; points cannot be removed/,
  );
  one!.points.delete('other');
  one!.points.set(key, { ...point, value: 7 });
  // It says that it has taken it.
  rig.server.refuse = ({ path }) => (path === 'runs/log-batch' ? 200 : undefined);
  assert.match((await rig.synchroniser().round())!.problems.join(), /loss has other points/);
});
