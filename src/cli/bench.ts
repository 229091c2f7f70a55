import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';

interface Benchmark {
  /** Names of the options that it takes besides --json. */
  readonly options: readonly string[];
  /** Each loads its own code. */
  readonly measure: (invocation: Invocation) => Promise<number>;
}

const PEER = ['torch', 'rounds'];
const NET = ['net', 'width', 'crop', 'px', 'classes', 'batch', 'precision', 'repeats', ...PEER];

/** By name. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  step: {
    options: NET,
    measure: async (invocation) => (await import('./bench-net.js')).benchNet('step', invocation),
  },
  forward: {
    options: NET,
    measure: async (invocation) => (await import('./bench-net.js')).benchNet('forward', invocation),
  },
  dense: {
    options: [...NET, 'long'],
    measure: async (invocation) => (await import('./bench-net.js')).benchNet('dense', invocation),
  },
  pipeline: {
    options: ['images', 'crop', 'px', 'long', 'batch', 'repeats', ...PEER],
    measure: async (invocation) => (await import('./bench-pipeline.js')).benchPipeline(invocation),
  },
  tables: {
    options: ['profile', 'set', ...PEER],
    measure: async (invocation) => (await import('./bench-tables.js')).benchTables(invocation),
  },
  plan: {
    options: [],
    measure: async ({ values }) => (await import('./bench-plan.js')).benchPlan(values['json'] === true),
  },
};

/** How fast this machine does our work, beside PyTorch on the same work where there is one. */
export async function execute(invocation: Invocation): Promise<number> {
  const [what = '', ...more] = invocation.positionals;
  const benchmark = Object.hasOwn(BENCHMARKS, what) ? BENCHMARKS[what] : undefined;
  if (more.length > 0 || !benchmark)
    throw new UserError(
      `There is no benchmark "${invocation.positionals.join(' ')}". Allowed: ${Object.keys(BENCHMARKS).join(', ')}.`,
    );
  const allowed = ['json', ...benchmark.options];
  const other = Object.keys(invocation.values).find((option) => !allowed.includes(option));
  if (other !== undefined)
    throw new UserError(
      `"bench ${what}" takes no --${other}. Allowed: ${allowed.map((option) => `--${option}`).join(', ')}.`,
    );
  return benchmark.measure(invocation);
}
