import './short-work.js';
import type { Invocation } from './invocation.js';
import { plannerFor, planSpecs } from './planned-spec.js';

/** Each spec by itself: they need not go together. */
export async function execute(invocation: Invocation): Promise<number> {
  const planner = plannerFor(invocation);
  let status = 0;
  const paths = invocation.positionals;
  for (const positionals of paths.length > 0 ? paths.map((path) => [path]) : [[]]) {
    const planned = await planSpecs(planner, { ...invocation, positionals });
    if (planned) console.log(`${planned.specs[0]!.file}: right, ${planned.plan.tasks.length} tasks.`);
    else status = 2;
  }
  return status;
}
