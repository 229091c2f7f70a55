import assert from 'node:assert/strict';
import test from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import type { Task } from '../../src/plan/plan.js';
import { garbageOf, type Keep } from '../../src/upkeep/garbage.js';
import { digestValue } from '../../src/util/digest.js';
import { numberTask } from '../support/toy.js';

const NETS = ['D', 'E'].map((name, i) => numberTask(name, i));
const TABLE: Task = { ...numberTask('table', 9), kind: 'table', output: 'table' };
const GONE = numberTask('of a spec that is no more', 10);

function execution({ recipe, kind }: Task, output: string, startedAt = '2026-01-01'): Execution {
  const files = { file: { bytes: 10, sha256: '' } };
  return {
    ...{ format: 1, version: '1', parameters: {}, inputs: {}, host: 'here', seconds: 1 },
    ...{ recipe, kind, output, files, startedAt },
    environment: { node: '', platform: '', code: '' },
  };
}

const STORED = [
  execution(NETS[0]!, 'weights of D, before', '2025-01-01'),
  execution(NETS[0]!, 'weights of D'),
  execution(NETS[1]!, 'weights of E'),
  execution(TABLE, 'rows'),
  execution(GONE, 'old weights'),
];

/** What goes, by its output. */
function gone(keep: Keep, best: string | undefined): readonly string[] {
  const done = [...NETS, TABLE].map((task) => ({ ...task, seconds: 1 }));
  return garbageOf(STORED, [{ done, wanted: [], best }], keep).map(({ execution: { output } }) => output);
}

test('what no experiment refers to goes, and of a task whose execution is not known all but the newest', () => {
  assert.deepEqual(gone('last', undefined), ['weights of D, before', 'old weights']);
});

test('of the nets all go, or all but the best', () => {
  const nets = ['weights of D, before', 'weights of D', 'weights of E', 'old weights'];
  assert.deepEqual(gone('tables', undefined), nets);
  assert.deepEqual(
    gone('best', 'weights of E'),
    nets.filter((net) => net !== 'weights of E'),
  );
});

test('a store to which nothing refers is garbage as a whole', () => {
  assert.equal(garbageOf(STORED, [], 'last').length, STORED.length);
});

test('of a task the execution stays that the last run took, be there a newer one', () => {
  const made = { output: 'weights of D, before', inputs: digestValue({}) };
  const done = [{ ...NETS[0]!, seconds: 1, made }];
  const rest = garbageOf(STORED, [{ done, wanted: [], best: undefined }], 'last');
  assert.ok(rest.some(({ execution: { output } }) => output === 'weights of D'));
  assert.ok(!rest.some(({ execution: { output } }) => output === made.output));
});

test('what a run that was cut off has made stays', () => {
  const wanted = [GONE.recipe];
  const rest = garbageOf(STORED, [{ done: [], wanted, best: undefined }], 'last');
  assert.ok(!rest.some(({ execution: { output } }) => output === 'old weights'));
});
