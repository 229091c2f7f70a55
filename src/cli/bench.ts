import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';

const NET_TASKS = ['step', 'forward', 'dense'] as const;

/** How fast this machine does our work, beside PyTorch on the same work where there is one. */
export async function execute(invocation: Invocation): Promise<number> {
  const [what, ...more] = invocation.positionals;
  const task = NET_TASKS.find((name) => name === what);
  if (more.length > 0 || (what !== 'plan' && task === undefined))
    throw new UserError(
      `There is no benchmark "${invocation.positionals.join(' ')}". Allowed: plan, ${NET_TASKS.join(', ')}.`,
    );
  if (task !== undefined) await (await import('./bench-net.js')).benchNet(task, invocation);
  else await (await import('./bench-plan.js')).benchPlan(invocation.values['json'] === true);
  return 0;
}
