import { describeTask, type Plan } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import type { Statuses } from '../plan/status.js';
import type { Invocation } from './invocation.js';
import { oneSpec, planSpec, stagecraftFor } from './planned-spec.js';
import { describeReason } from './progress-printer.js';

export async function execute(invocation: Invocation): Promise<number> {
  const stagecraft = stagecraftFor(invocation);
  const planned = await planSpec(stagecraft, oneSpec(invocation), invocation);
  if (!planned) return 2;
  const { statuses } = await stagecraft.survey(planned);
  if (invocation.values['json'] === true)
    console.log(JSON.stringify(withStatuses(planned.plan, statuses), null, 2));
  else print(planned.plan, statuses);
  return 0;
}

function withStatuses(plan: Plan, statuses: Statuses) {
  const tasks = plan.tasks.map((task) => {
    const status = statuses.get(task.recipe)!;
    return {
      ...task,
      status: status.state === 'done' ? { state: 'done', output: status.execution.output } : status,
    };
  });
  return { ...plan, tasks };
}

function print(plan: Plan, statuses: Statuses): void {
  console.log(`${plan.title}${plan.profile === null ? '' : ` (profile ${plan.profile})`}`);
  const names = plan.tasks.map(describeTask);
  const width = Math.max(...names.map((name) => name.length));
  for (const [i, task] of plan.tasks.entries()) {
    const status = statuses.get(task.recipe)!;
    const what = status.state === 'done' ? 'done' : `to do: ${describeReason(status.reason)}`;
    console.log(`  ${shortRecipe(task.recipe)}  ${names[i]!.padEnd(width)}  ${what}`);
  }
  const toDo = [...statuses.values()].filter(({ state }) => state === 'to-do').length;
  console.log(`${plan.tasks.length} tasks, ${toDo} to do.`);
}
