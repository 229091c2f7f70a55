/** Several specs as one plan: what they share is one task. */
import { failed, ok, type Result } from '../util/result.js';
import { alsoNamed, namesOf, type Plan, type Task } from './plan.js';

/** @returns why they cannot be one, e.g. two specs whose results would lie in one folder */
export function unite(plans: readonly Plan[]): Result<Plan, string> {
  const experiments = plans.flatMap((plan) => plan.experiments);
  const names = experiments.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    return failed(`Two of the specs are called "${twice}", so their results would lie in one folder.`);
  const tasks = new Map<string, Task>();
  for (const task of plans.flatMap((plan) => plan.tasks)) {
    const same = tasks.get(task.recipe);
    tasks.set(task.recipe, same ? alsoNamed(same, namesOf(task)) : task);
  }
  return ok({ format: 2, experiments, tasks: [...tasks.values()] });
}
