import assert from 'node:assert/strict';
import test from 'node:test';
import type { Execution } from '../../src/plan/execution.js';
import type { Task } from '../../src/plan/plan.js';
import { garbageOf, type Keep } from '../../src/upkeep/garbage.js';
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
  const tasks = [...NETS, TABLE].map((task) => ({ ...task, seconds: 1 }));
  return garbageOf(STORED, [{ tasks, best }], keep).map(({ execution: { output } }) => output);
}

test('what no experiment refers to goes, and of a task all executions but the newest', () => {
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
