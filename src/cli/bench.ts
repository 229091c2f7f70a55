import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';

/** By name; each loads its own code. */
const BENCHMARKS: Readonly<Record<string, (invocation: Invocation) => Promise<number>>> = {
  step: async (invocation) => (await import('./bench-net.js')).benchNet('step', invocation),
  forward: async (invocation) => (await import('./bench-net.js')).benchNet('forward', invocation),
  dense: async (invocation) => (await import('./bench-net.js')).benchNet('dense', invocation),
  pipeline: async (invocation) => (await import('./bench-pipeline.js')).benchPipeline(invocation),
  tables: async (invocation) => (await import('./bench-tables.js')).benchTables(invocation),
  plan: async ({ values }) => (await import('./bench-plan.js')).benchPlan(values['json'] === true),
};

/** How fast this machine does our work, beside PyTorch on the same work where there is one. */
export async function execute(invocation: Invocation): Promise<number> {
  const [what = '', ...more] = invocation.positionals;
  const measure = Object.hasOwn(BENCHMARKS, what) ? BENCHMARKS[what] : undefined;
  if (more.length > 0 || !measure)
    throw new UserError(
      `There is no benchmark "${invocation.positionals.join(' ')}". Allowed: ${Object.keys(BENCHMARKS).join(', ')}.`,
    );
  return measure(invocation);
}
