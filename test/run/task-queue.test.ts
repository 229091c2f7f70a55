import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inputRecipes, type Task } from '../../src/plan/plan.js';
import { TaskQueue } from '../../src/run/task-queue.js';
import { numberTask } from '../support/toy.js';

/** Tasks that each need some of those before them, the same one twice perhaps. */
const tasks: fc.Arbitrary<readonly Task[]> = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 12 })
  .map((needs) => {
    const made: Task[] = [];
    for (const [i, wanted] of needs.entries()) {
      const inputs = i === 0 ? [] : wanted.map((n) => made[n % i]!.recipe);
      made.push({ ...numberTask(`t${i}`, i), inputs: { some: inputs } });
    }
    return made;
  });

test('every task comes once, when all that it needs is settled, the first that can before those that can too', () => {
  fc.assert(
    fc.property(tasks, fc.infiniteStream(fc.nat()), (all, choices) => {
      const queue = new TaskQueue(all);
      const settled = new Set<string>();
      const running: Task[] = [];
      const taken: Task[] = [];
      for (;;) {
        const next = queue.next();
        if (next) {
          const ready = all.filter(
            (task) => !taken.includes(task) && inputRecipes(task).every((recipe) => settled.has(recipe)),
          );
          assert.equal(next, ready[0]);
          taken.push(next);
          running.push(next);
        } else if (running.length > 0) {
          const choice = Number(choices.next().value) % running.length;
          const [done] = running.splice(choice, 1);
          settled.add(done!.recipe);
          queue.settle(done!);
        } else break;
      }
      assert.equal(taken.length, all.length);
    }),
  );
});
