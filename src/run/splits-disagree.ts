/** Looks at the classes of both splits before the work: else they would be told to differ after hours of training. */
import { classesDiffer } from '../data/class-problems.js';
import { type Dataset, DatasetError, type DatasetSource, type Split } from '../data/dataset.js';
import type { Plan } from '../plan/plan.js';
import type { Statuses } from '../plan/status.js';
import type { Sources } from './sources.js';

/** Of the sets of which a plan uses both splits, one of them not listed yet. @returns a message for the user */
export async function splitsDisagree(
  plan: Plan,
  statuses: Statuses,
  { sources, dataset }: { readonly sources: Sources; readonly dataset: Dataset },
): Promise<string | undefined> {
  for (const [source, lists] of listsBySet(plan, statuses, sources)) {
    const isUsedWhole = new Set(lists.map(({ split }) => split)).size === 2;
    if (!isUsedWhole || lists.every(({ isDone }) => isDone)) continue;
    const train = await classesOf(dataset, source, 'train');
    const val = await classesOf(dataset, source, 'val');
    const differ = train && val && classesDiffer(train, val);
    if (differ !== undefined) return differ;
  }
  return undefined;
}

interface List {
  readonly split: Split;
  readonly isDone: boolean;
}

function listsBySet(plan: Plan, statuses: Statuses, sources: Sources): ReadonlyMap<DatasetSource, List[]> {
  const lists = new Map<DatasetSource, List[]>();
  for (const task of plan.tasks) {
    const source = sources.find(task);
    if (task.output !== 'index' || task.notYet !== null || !source) continue;
    const isDone = statuses.get(task.recipe)!.state === 'done';
    const list = { split: task.parameters['split'] as Split, isDone };
    lists.set(source, [...(lists.get(source) ?? []), list]);
  }
  return lists;
}

/** Undefined if the split cannot be listed: the task that lists it says why. */
async function classesOf(
  dataset: Dataset,
  source: DatasetSource,
  split: Split,
): Promise<readonly string[] | undefined> {
  try {
    return (await dataset.list(source, split)).classes;
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}
