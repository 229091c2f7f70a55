import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inputRecipes, type Task } from '../../src/plan/plan.js';
import { type QueueOrder, TaskQueue } from '../../src/run/task-queue.js';
import { numberTask } from '../support/toy.js';

/** Tasks that each need some of those before them, the same one twice perhaps. */
const tasks: fc.Arbitrary<readonly Task[]> = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 3 }), fc.nat({ max: 3 })), { maxLength: 12 })
  .map((needs) => {
    const made: Task[] = [];
    for (const [i, [wanted, multiplyAdds]] of needs.entries()) {
      const inputs = i === 0 ? [] : wanted.map((n) => made[n % i]!.recipe);
      made.push({ ...numberTask(`t${i}`, i), inputs: { some: inputs }, cost: { multiplyAdds } });
    }
    return made;
  });

function sizeOf({ cost }: Task): number {
  return cost.multiplyAdds ?? 0;
}

/** Tasks of the longest chain that begins with what needs this one. */
function chainBehind(task: Task, all: readonly Task[]): number {
  const next = all.filter((other) => inputRecipes(other).includes(task.recipe));
  return Math.max(0, ...next.map((other) => 1 + chainBehind(other, all)));
}

test('every task comes once, when all that it needs is settled, in the order that was asked for', () => {
  const orders = fc.constantFrom<QueueOrder>('plan', 'longest-chain');
  fc.assert(
    fc.property(tasks, orders, fc.infiniteStream(fc.nat()), (all, order, choices) => {
      const queue = new TaskQueue(all, order);
      const settled = new Set<string>();
      const running: Task[] = [];
      const taken: Task[] = [];
      for (;;) {
        const next = queue.next();
        if (next) {
          const ready = all.filter(
            (task) => !taken.includes(task) && inputRecipes(task).every((recipe) => settled.has(recipe)),
          );
          const longest = Math.max(...ready.map((task) => chainBehind(task, all)));
          const among = ready.filter((task) => order === 'plan' || chainBehind(task, all) === longest);
          const most = Math.max(...among.map(sizeOf));
          const first = among.find((task) => order === 'plan' || sizeOf(task) === most);
          assert.equal(next, first);
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
