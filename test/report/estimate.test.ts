import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cost } from '../../src/plan/definition.js';
import type { Execution } from '../../src/plan/execution.js';
import type { Task } from '../../src/plan/plan.js';
import type { TaskStatus } from '../../src/plan/status.js';
import { estimate } from '../../src/report/estimate.js';
import type { DoneTask } from '../../src/run/last-run.js';
import { numberTask, planOf } from '../support/toy.js';

interface Case {
  readonly kind: string;
  readonly cost: Cost;
  /** How long it took; undefined if it is to do. */
  readonly seconds: number | undefined;
  readonly more?: Partial<Task>;
}

function tasksOf(cases: readonly Case[]): readonly Task[] {
  return cases.map(({ kind, cost, more }, i) => ({ ...numberTask(`t${i}`, i), kind, cost, ...more }));
}

function estimated(cases: readonly Case[], lastRun: readonly DoneTask[] = []) {
  const tasks = tasksOf(cases);
  const statuses = new Map(
    tasks.map(({ recipe }, i): [string, TaskStatus] => {
      const { seconds } = cases[i]!;
      return [
        recipe,
        seconds === undefined
          ? { state: 'to-do', reason: { kind: 'new' } }
          : { state: 'done', execution: { seconds } as Execution },
      ];
    }),
  );
  return estimate(planOf(...tasks), { statuses, lastRun });
}

const images = (count: number, seconds?: number, kind = 'index'): Case => ({
  ...{ kind, cost: { images: count }, seconds },
});

test('a time is the rate of what is done of the same kind, times the work', () => {
  const { seconds, withoutRate } = estimated([
    images(100, 2),
    images(300, 4),
    images(50),
    images(1000, 1, 'other'),
  ]);
  // 6 s for 400 images.
  assert.ok(Math.abs(seconds! - (50 * 6) / 400) < 1e-12);
  assert.equal(withoutRate, 0);
});

test('what a task takes before its first image is counted once a task, not an image', () => {
  const before = {
    ...numberTask('before', 7),
    kind: 'index',
    cost: { images: 10 },
    seconds: 7,
    setupSeconds: 5,
  };
  assert.equal(estimated([images(1000), images(2000)], [before]).seconds, 2 * 5 + (3000 * 2) / 10);
});

test('where multiply-adds are known, time grows with these and not with the images', () => {
  const net = (multiplyAdds: number, count: number, seconds?: number): Case => ({
    ...{ kind: 'train', cost: { multiplyAdds, images: count }, seconds },
  });
  assert.equal(estimated([net(1000, 10, 5), net(3000, 10)]).seconds, 15);
});

test('the last run gives rates too, and a task that is in both counts once', () => {
  const gone = { ...numberTask('gone', 7), kind: 'index', cost: { images: 10 }, seconds: 1 };
  assert.equal(estimated([images(50)], [gone]).seconds, 5);
  const cases = [images(100, 2), images(100, 4), images(50)];
  const [done] = tasksOf(cases);
  assert.equal(estimated(cases, [{ ...done!, seconds: 2 }]).seconds, (50 * 6) / 200);
});

test('memory is the most that a worker held in the same work, and more for more images', () => {
  const cost = { netParameters: 100, multiplyAdds: 50, images: 10 };
  const done = (method: string, peakMemoryBytes?: number, more: Cost = {}): DoneTask => ({
    ...{ ...numberTask(method, 1), kind: 'evaluate', parameters: { method }, seconds: 1 },
    cost: { ...cost, ...more },
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
  });
  const toDo = (more: Cost = {}): Case => ({
    ...{ kind: 'evaluate', cost: { ...cost, ...more }, seconds: undefined },
    more: { parameters: { method: 'dense' }, usesEngine: true },
  });
  const before = [
    done('dense', 2e9),
    done('dense', 3e9, { multiplyAdds: 500, images: 100 }),
    done('multi-crop', 9e9),
    done('dense', 9e9, { netParameters: 200 }),
    // Of larger images.
    done('dense', 9e9, { multiplyAdds: 100 }),
  ];
  const { memoryBytes, withoutMemory } = estimated([toDo(), toDo({ netParameters: 300 })], before);
  assert.deepEqual([memoryBytes, withoutMemory], [3e9, 1]);
  assert.equal(estimated([toDo()], [done('dense')]).memoryBytes, null);
  // More images are more scores.
  const few = before.map((task) => ({ ...task, cost: { ...task.cost, heldBytes: 1e8 } }));
  const more = toDo({ heldBytes: 5e8, multiplyAdds: 5000, images: 1000 });
  assert.equal(estimated([more], few).memoryBytes, 3e9 - 1e8 + 5e8);
});

test('a method that was not seen yet has the rate of its kind, and is counted as a guess', () => {
  const by = (method: string, seconds?: number): Case => ({
    ...{ kind: 'evaluate', cost: { images: 10 }, seconds, more: { parameters: { method } } },
  });
  const { seconds, guessed, withoutRate } = estimated([by('dense', 5), by('dense'), by('multi-crop')]);
  assert.deepEqual([seconds, guessed, withoutRate], [10, 1, 0]);
});

test('without any rate there is no time, and what has none is counted', () => {
  const { seconds, withoutRate, unknown } = estimated([
    images(50),
    { kind: 'sum', cost: {}, seconds: undefined },
  ]);
  assert.deepEqual([seconds, withoutRate, unknown], [null, 2, 0]);
});

test('tasks whose work is not known before the images are listed are counted, by what their kind uses', () => {
  const unknown = (more: Partial<Task>, cost: Cost = {}) =>
    estimated([{ kind: 'k', cost, seconds: undefined, more }]).unknown;
  const both = { usesEngine: true, readsImages: true };
  assert.equal(unknown({ usesEngine: true }), 1);
  assert.equal(unknown({ readsImages: true }), 1);
  assert.equal(unknown(both, { images: 1 }), 1);
  assert.equal(unknown(both, { images: 1, multiplyAdds: 1 }), 0);
});

test('sums and counts are those of what is to do, and times scale with the seconds that were measured', () => {
  const count = (max: number) => fc.integer({ min: 1, max });
  const one = fc.record({
    kind: fc.constantFrom('a', 'b', 'c'),
    cost: fc.oneof(
      fc.constant({}),
      fc.record({ images: count(1e6) }),
      fc.record({ images: count(1e6), multiplyAdds: count(1e12) }),
    ),
    seconds: fc.option(fc.double({ min: 0.001, max: 1e5, noNaN: true }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), (cases) => {
      const now = estimated(cases);
      const toDo = cases.filter(({ seconds }) => seconds === undefined);
      const sum = (key: 'images' | 'multiplyAdds') =>
        toDo.reduce((total, { cost }) => total + ((cost as Cost)[key] ?? 0), 0);
      assert.deepEqual(
        [now.tasks, now.toDo, now.done],
        [cases.length, toDo.length, cases.length - toDo.length],
      );
      assert.deepEqual([now.images, now.multiplyAdds], [sum('images'), sum('multiplyAdds')]);
      const twice = estimated(cases.map((each) => ({ ...each, seconds: each.seconds && 2 * each.seconds })));
      if (now.seconds === null) assert.equal(twice.seconds, null);
      else assert.ok(Math.abs(twice.seconds! - 2 * now.seconds) <= 1e-9 * now.seconds);
      assert.equal(now.seconds === null, now.withoutRate === now.toDo);
    }),
  );
});

test('where a method of evaluation was measured, its rate counts; another method goes by the rate of all', () => {
  const scores = (method: string, multiplyAdds: number, seconds?: number): Case => ({
    ...{ kind: 'evaluate', cost: { multiplyAdds, bytes: 8 }, seconds },
    more: { parameters: { method } },
  });
  const done = [scores('dense', 100, 1), scores('multi-crop', 100, 3)];
  assert.equal(estimated([...done, scores('dense', 1000)]).seconds, 10);
  assert.equal(estimated([...done, scores('multi-crop', 1000)]).seconds, 30);
  assert.equal(estimated([...done, scores('ten-crop', 1000)]).seconds, 20);
  assert.equal(estimated([...done, scores('dense', 1), scores('dense', 2)]).bytes, 16);
});
