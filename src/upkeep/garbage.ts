/** What of a store may go: what no experiment refers to, and of the rest what a policy does not keep. */
import type { Execution } from '../plan/execution.js';
import type { DoneTask } from '../run/last-run.js';

/**
 * `last`: all that the experiments' last runs used. `tables`: of it what tables are printed from, without the nets.
 * `best`: likewise, with the net of each experiment whose scores have the fewest top-1 errors.
 */
export const KEEP = ['last', 'tables', 'best'] as const;
export type Keep = (typeof KEEP)[number];

export interface Garbage {
  readonly execution: Execution;
  readonly why:
    'no experiment refers to it' | 'another execution of the same task is newer' | 'nets are not kept';
}

/** What an experiment refers to, and its best net. */
export interface Referring {
  readonly tasks: readonly DoneTask[];
  /** Digest of the checkpoint; undefined where nothing was evaluated. */
  readonly best: string | undefined;
}

/** @param executions all of a store */
export function garbageOf(
  executions: readonly Execution[],
  experiments: readonly Referring[],
  keep: Keep,
): readonly Garbage[] {
  const tasks = new Map(experiments.flatMap((one) => one.tasks).map((task) => [task.recipe, task]));
  const best = new Set(experiments.map((one) => one.best));
  const newest = newestByRecipe(executions);
  return executions.flatMap((execution): Garbage[] => {
    const task = tasks.get(execution.recipe);
    if (!task) return [{ execution, why: 'no experiment refers to it' }];
    if (newest.get(execution.recipe) !== execution)
      return [{ execution, why: 'another execution of the same task is newer' }];
    const isNet = task.output === 'checkpoint';
    const isKept = keep === 'last' || !isNet || (keep === 'best' && best.has(execution.output));
    return isKept ? [] : [{ execution, why: 'nets are not kept' }];
  });
}

function newestByRecipe(executions: readonly Execution[]): ReadonlyMap<string, Execution> {
  const newest = new Map<string, Execution>();
  for (const execution of executions) {
    const other = newest.get(execution.recipe);
    if (!other || other.startedAt < execution.startedAt) newest.set(execution.recipe, execution);
  }
  return newest;
}
