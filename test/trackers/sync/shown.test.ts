/** What a run says of itself on the server. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { StartRecord } from '../../../src/trackers/journal-record.js';
import { BestNet } from '../../../src/trackers/sync/best-net.js';
import { datasetOf, environmentTags, runName, runParams } from '../../../src/trackers/sync/task-run.js';
import { storedOf } from '../../support/tracked.js';
import { numberTask } from '../../support/toy.js';

function start(more: Partial<StartRecord>): StartRecord {
  return {
    ...{ sequence: 1, time: 1, type: 'start', run: 'r', recipe: 'e'.repeat(64), generation: 1 },
    ...{ kind: 'train', stage: 's256', labels: {}, parameters: {}, dataset: null, inputs: {} },
    ...more,
  };
}

const made = {
  ...{ output: 'd'.repeat(64), artifact: 'checkpoint', directory: 'store/x', files: {} },
  ...{
    inputDigests: {},
    environment: storedOf(numberTask('one', 1)).execution.environment,
    host: 'h',
    seconds: 1,
  },
};

test('axes stand as the table has them, scales in real px beside them, nested parameters by their path', () => {
  const facts = start({
    labels: { net: 'D', S: 256, seed: 1 },
    parameters: { net: 'D', S: 96, seed: 1, schedule: { kind: 'steps', at: [0.7, 0.9] }, mirror: true },
    dataset: 'drawings',
  });
  assert.equal(runName(facts), 'train s256 (net=D S=256 seed=1)');
  assert.deepEqual(runParams(facts), {
    ...{ net: 'D', S: '256', S_px: '96', seed: '1', mirror: 'true' },
    ...{ 'schedule.kind': 'steps', 'schedule.at': '[0.7,0.9]' },
    ...{ recipe: 'e'.repeat(64), dataset: 'drawings' },
  });
});

test('what the server would cut ends in dots, and a key that it would turn away is made fit', () => {
  const params = runParams(start({ parameters: { layers: 'x'.repeat(7000), 'a@b': 1 } }));
  assert.equal(params['layers'], `${'x'.repeat(5997)}...`);
  assert.equal(params['a_b'], '1');
});

test('images are named with 36 digits of the digest of their list', () => {
  const read = { ...made, inputDigests: { index: 'ab'.repeat(32) } };
  const facts = start({ dataset: 'drawings' });
  assert.equal(datasetOf(facts, read)?.digest, 'ab'.repeat(18));
  assert.equal(datasetOf(facts, read)?.context, 'training');
  assert.equal(datasetOf(start({ dataset: 'drawings', kind: 'evaluate' }), read)?.context, 'evaluation');
  assert.equal(datasetOf(start({}), read), undefined);
  assert.equal(datasetOf(facts, made), undefined);
});

test('where a task ran is told by tags', () => {
  const { 'stagecraft.host': host, 'stagecraft.output': output } = environmentTags(made);
  assert.deepEqual([host, output], ['h', 'd'.repeat(64)]);
});

test('the best net is that of the lowest top-1 error, the first of equals, among those that were made here', () => {
  const best = new BestNet();
  assert.equal(best.best(), undefined);
  for (const [name, error, checkpoint] of [
    ['a', 30, 'net-a'],
    ['b', 25, 'net-b'],
    ['c', 25, 'net-c'],
    ['d', 10, 'elsewhere'],
    ['e', NaN, 'net-a'],
  ] as const) {
    best.begin(start({ recipe: name, inputs: { checkpoint, index: 'i' } }));
    best.metric(name, 'top1_error_percent', error);
    best.metric(name, 'top5_error_percent', 0);
    // The last one failed.
    if (name !== 'e') best.made({ recipe: name, artifact: 'scores' });
    if (checkpoint !== 'elsewhere') best.made({ recipe: checkpoint, artifact: 'checkpoint' });
  }
  assert.equal(best.best()?.checkpoint, 'net-b');
  assert.equal(best.best()?.top1ErrorPercent, 25);
  // Made before, and nothing here says how well it did.
  best.begin(start({ recipe: 'f', inputs: { checkpoint: 'net-c', index: 'i' } }));
  best.made({ recipe: 'f', artifact: 'scores' });
  assert.equal(best.best(), undefined);
});
