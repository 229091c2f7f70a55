/** `stagecraft sync` through the real command line; against a real server in `test/judges/mlflow`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, type Finished } from '../support/command.js';
import { assertWhole, DeliveryRig } from '../support/delivery-rig.js';

const LIMIT = { timeout: 60_000 };

function sync({ runs }: DeliveryRig, url: string, ...args: readonly string[]): Command {
  return new Command(['sync', '--store', runs.path, ...args], runs.path, { MLFLOW_TRACKING_URI: url });
}

async function synced(rig: DeliveryRig, url: string, ...args: readonly string[]): Promise<Finished> {
  using command = sync(rig, url, ...args);
  return await command.finished;
}

test('what was delivered is counted, and a second time there is nothing to send', LIMIT, async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  for (let n = 0; n < 2; n++) {
    const { status, stdout, stderr } = await synced(rig, rig.server.url);
    const before = n === 0 ? '' : ' \\(4 of the runs read back before\\)';
    assert.match(
      stdout,
      new RegExp(`^toys: 4 runs, 5005 points, 4 files: read back from http://127.*, all there${before}\n$`),
    );
    assert.deepEqual([status, stderr], [0, '']);
  }
  assertWhole(rig.server);
});

test('what was found whole before and was lost since is found by --all, and sent again', LIMIT, async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  await synced(rig, rig.server.url);
  for (const run of rig.server.alive) run.files.clear();
  assert.match((await synced(rig, rig.server.url, '--all')).stdout, /all there\n$/);
  assertWhole(rig.server);
});

test('a server that is away is waited for and said so, and Ctrl-C ends the waiting', LIMIT, async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  using command = sync(rig, 'http://127.0.0.1:1');
  await command.says(/^MLflow at http:\/\/127\.0\.0\.1:1 cannot be reached: .*; trying again$/m);
  command.signalGroup('SIGINT');
  assert.equal((await command.finished).status, 130);
});

test('an address that no waiting mends ends at once, with what to look at', LIMIT, async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  const https = await synced(rig, rig.server.url.replace('http:', 'https:'));
  assert.match(https.stdout, /^toys: not delivered\. MLflow at https:.* speaks http, not https/);
  assert.deepEqual([https.status, https.stderr], [1, '']);
});

test('a spec in place of an experiment is told from its name', LIMIT, async () => {
  await using rig = await DeliveryRig.make();
  await rig.journal();
  const { status, stderr } = await synced(rig, rig.server.url, 'toys.yaml');
  assert.equal(status, 2);
  assert.match(
    stderr,
    /no journal of "toys\.yaml".*by their names here, not by their specs\. There are: toys\./s,
  );
});
