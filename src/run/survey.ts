/** Looks at the store and the images, so that a plan can say what is done. */
import type { Dataset, DatasetSource, Split } from '../data/dataset.js';
import type { Execution } from '../plan/execution.js';
import type { Plan } from '../plan/plan.js';
import { statusOf, type Statuses } from '../plan/status.js';
import type { ArtifactStore } from './artifact-store.js';

export interface Survey {
  readonly statuses: Statuses;
  /** Of the images, by recipe of the tasks that list them. */
  readonly fingerprints: ReadonlyMap<string, string>;
}

/** @throws DatasetError if the images cannot be found */
export async function survey(
  plan: Plan,
  source: DatasetSource,
  services: { readonly store: ArtifactStore; readonly dataset: Dataset },
): Promise<Survey> {
  const executions = new Map<string, readonly Execution[]>();
  const fingerprints = new Map<string, string>();
  for (const task of plan.tasks) {
    executions.set(task.recipe, await services.store.executions(task.kind, task.recipe));
    if (task.output === 'index') {
      fingerprints.set(
        task.recipe,
        await services.dataset.fingerprint(source, task.parameters['split'] as Split),
      );
    }
  }
  return { fingerprints, statuses: statusOf(plan, (recipe) => executions.get(recipe) ?? [], fingerprints) };
}
