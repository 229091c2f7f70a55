/** Workers that train together listen on a port: TensorFlow's server runs whatever reaches it. */
import { hostsOf, type Plan, type Task } from '../plan/plan.js';
import type { Statuses } from '../plan/status.js';

/** Set in an allocation of Slurm, PBS, LSF; its machines are the user's. */
const ALLOCATIONS = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID'];

/** What is to be done by several workers. */
export function doneTogether(plan: Plan, statuses: Statuses): readonly Task[] {
  return plan.tasks.filter(
    (task) => hostsOf(task, plan).length > 1 && statuses.get(task.recipe)!.state !== 'done',
  );
}

/** @returns a message for the user where nobody has said that the network is trusted */
export function mistrust(plan: Plan, statuses: Statuses): string | undefined {
  if (ALLOCATIONS.some((name) => process.env[name] !== undefined)) return undefined;
  const [task] = doneTogether(plan, statuses);
  if (!task) return undefined;
  const count = hostsOf(task, plan).length;
  return [
    `workers: ${count} processes would train each net together, and each lets TensorFlow open a port on all interfaces of its machine, without a password:`,
    'whoever reaches it can run what they like as you.',
    'Say --trust-network where nobody else reaches these machines (not asked for inside a cluster allocation), or workers: 1.',
  ].join(' ');
}
