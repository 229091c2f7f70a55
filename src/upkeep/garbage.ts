/** What of a store may go: what no experiment refers to, and of the rest what a policy does not keep. */
import type { Execution } from '../plan/execution.js';
import type { References } from '../run/last-run.js';
import { digestValue } from '../util/digest.js';

/**
 * `last`: all that the experiments' last runs used. `tables`: of it what tables are printed from, without the nets.
 * `best`: likewise, with the net of each experiment whose scores have the fewest top-1 errors.
 */
export const KEEP = ['last', 'tables', 'best'] as const;
export type Keep = (typeof KEEP)[number];

export interface Garbage {
  readonly execution: Execution;
  readonly why:
    'no experiment refers to it' | 'another execution of the same task is used' | 'nets are not kept';
}

/** What an experiment refers to, and its best net. */
export interface Referring extends References {
  /** Digest of the checkpoint; undefined where nothing was evaluated. */
  readonly best: string | undefined;
}

/** @param executions all of a store */
export function garbageOf(
  executions: readonly Execution[],
  experiments: readonly Referring[],
  keep: Keep,
): readonly Garbage[] {
  const tasks = experiments.flatMap(({ done }) => done);
  const nets = new Set(tasks.filter(({ output }) => output === 'checkpoint').map(({ recipe }) => recipe));
  const wanted = new Set(experiments.flatMap((one) => one.wanted));
  const recipes = new Set([...tasks.map(({ recipe }) => recipe), ...wanted]);
  const best = new Set(experiments.map((one) => one.best));
  const used = usedOf(executions, experiments);
  return executions.flatMap((execution): Garbage[] => {
    const { recipe } = execution;
    if (!recipes.has(recipe)) return [{ execution, why: 'no experiment refers to it' }];
    if (!used.has(execution)) return [{ execution, why: 'another execution of the same task is used' }];
    const isKept = keep === 'last' || !nets.has(recipe) || (keep === 'best' && best.has(execution.output));
    return isKept ? [] : [{ execution, why: 'nets are not kept' }];
  });
}

/** Those that the last runs took; of a task of which that is not known, the newest. */
function usedOf(executions: readonly Execution[], experiments: readonly Referring[]): ReadonlySet<Execution> {
  const made = experiments.flatMap(({ done }) =>
    done.flatMap((task) => (task.made ? [keyOf(task.recipe, task.made.output, task.made.inputs)] : [])),
  );
  const taken = new Set(made);
  const used = new Set(
    executions.filter(({ recipe, output, inputs }) => taken.has(keyOf(recipe, output, digestValue(inputs)))),
  );
  const known = new Set([...used].map(({ recipe }) => recipe));
  for (const execution of newestByRecipe(executions).values())
    if (!known.has(execution.recipe)) used.add(execution);
  return used;
}

function keyOf(recipe: string, output: string, inputs: string): string {
  return [recipe, output, inputs].join('/');
}

function newestByRecipe(executions: readonly Execution[]): ReadonlyMap<string, Execution> {
  const newest = new Map<string, Execution>();
  for (const execution of executions) {
    const other = newest.get(execution.recipe);
    if (!other || other.startedAt < execution.startedAt) newest.set(execution.recipe, execution);
  }
  return newest;
}
