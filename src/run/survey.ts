/** Looks at the store, the images and the plans that were run before, so that a plan can say what is done. */
import { stat } from 'node:fs/promises';
import { type Dataset, DatasetError, type DatasetSource } from '../data/dataset.js';
import type { Split } from '../plan/definition.js';
import { EarlierTasks } from '../plan/earlier.js';
import { amongWorkers, environmentChanges } from '../plan/environment.js';
import type { Environment, Execution } from '../plan/execution.js';
import { hostsOf, inputRecipes, type Plan, type Task } from '../plan/plan.js';
import { type Evidence, type Fingerprint, type Refusal, statusOf, type Statuses } from '../plan/status.js';
import { digestValue } from '../util/digest.js';
import { isMissing } from '../util/disk.js';
import type { ArtifactStore } from './artifact-store.js';
import type { DoneTask } from './last-run.js';
import type { Sources } from './sources.js';

export interface SurveyOptions {
  /** Digest of our code, if results of other code are to be made anew. */
  readonly freshCode?: string;
}

export interface SurveyServices {
  readonly store: ArtifactStore;
  readonly dataset: Dataset;
  /** What a worker here is; asked for only where a spec wants results of the same environment. */
  readonly environment: () => Promise<Environment>;
  /** The tasks of an experiment when it was last run. */
  readonly lastRun: (experiment: string) => Promise<readonly DoneTask[]>;
}

export interface Survey {
  readonly statuses: Statuses;
  /** Why the images of a task to do, or all files of weights, cannot be read; undefined if the work can begin. */
  readonly missingSource: string | undefined;
  /** What was done when the experiments were last run: the rates of its kinds tell how long the rest takes. */
  readonly lastRun: readonly DoneTask[];
  readonly evidence: Evidence;
}

/** Writes nothing, and needs no images: where they are not at hand, what lists them is to do. */
export async function survey(
  plan: Plan,
  sources: Sources,
  services: SurveyServices,
  options: SurveyOptions = {},
): Promise<Survey> {
  const before = await Promise.all(
    plan.experiments.map(async ({ name, tasks }) => ({ tasks, done: await services.lastRun(name) })),
  );
  const lastRun = before.flatMap(({ done }) => done);
  const evidence = await gather(plan, { ...services, ...options, sources, before });
  const executions = await knownExecutions(plan.tasks, services.store);
  const statuses = statusOf(plan, (recipe) => executions.get(recipe) ?? [], evidence);
  return { evidence, lastRun, statuses, missingSource: missingSource(plan, statuses, evidence) };
}

type Gathering = Omit<SurveyServices, 'lastRun'> &
  SurveyOptions & { readonly sources: Sources; readonly before: readonly LastRun[] };

/** An experiment's tasks, by recipe, and what its last run had done. */
interface LastRun {
  readonly tasks: readonly string[];
  readonly done: readonly DoneTask[];
}

async function gather(
  plan: Plan,
  { sources, store, dataset, environment, before, freshCode }: Gathering,
): Promise<Evidence> {
  const fingerprints = new Map<string, Fingerprint>();
  for (const task of plan.tasks) {
    if (task.notYet !== null) continue;
    if (task.output === 'index')
      fingerprints.set(task.recipe, await look(dataset, sources.of(task), task.parameters['split'] as Split));
    const file = sources.fileOf(task);
    if (file !== undefined) fingerprints.set(task.recipe, await lookAtFile(file));
  }
  const failures = await store.failures();
  const strict = plan.experiments.filter(({ reuse }) => reuse === 'same-environment');
  const here = strict.length > 0 ? await environment() : undefined;
  const strictTasks = new Set(strict.flatMap(({ tasks }) => tasks));
  const earlier = before.map(({ tasks, done }) => ({
    tasks: new Set(tasks),
    found: new EarlierTasks(done, plan.tasks),
  }));
  const refusal = (task: Task, execution: Execution): Refusal | undefined => {
    if (freshCode !== undefined && execution.environment.code !== freshCode) return { kind: 'other-code' };
    if (!here || !strictTasks.has(task.recipe)) return undefined;
    const differences = environmentChanges(execution.environment, amongWorkers(here, hostsOf(task, plan)));
    return differences.length > 0
      ? { kind: 'other-environment', differences, host: execution.host }
      : undefined;
  };
  return {
    refusal,
    fingerprint: ({ recipe }) => fingerprints.get(recipe),
    failure: (recipe) => failures.get(recipe),
    // Stages of other specs may have the same names.
    earlier: (task) =>
      earlier
        .filter(({ tasks }) => tasks.has(task.recipe))
        .map(({ found }) => found.find(task))
        .find((one) => one !== undefined),
  };
}

/**
 * Sets are missing as a whole or by a split; a task that reads images needs what its index lists. One file of weights of
 * several fails by itself; where none is there and no net is trained, nothing that follows could be done.
 */
function missingSource(plan: Plan, statuses: Statuses, evidence: Evidence): string | undefined {
  const here = plan.tasks.filter(({ notYet }) => notYet === null);
  const isToDo = ({ recipe }: Task) => statuses.get(recipe)!.state === 'to-do';
  const missing = (task: Task) => {
    const fingerprint = evidence.fingerprint(task);
    return fingerprint && 'missing' in fingerprint ? fingerprint.missing : undefined;
  };
  const lists = new Map(
    here.filter(({ output }) => output === 'index').map((task) => [task.recipe, missing(task)]),
  );
  for (const task of here.filter((one) => one.readsImages && isToDo(one)))
    for (const recipe of [task.recipe, ...inputRecipes(task)]) {
      const message = lists.get(recipe);
      if (message !== undefined) return message;
    }
  const imports = here.filter(({ file }) => file !== undefined);
  const areAway = imports.every((task) => isToDo(task) && missing(task) !== undefined);
  const trains = here.some((task) => task.output === 'checkpoint' && task.file === undefined && isToDo(task));
  return areAway && !trains && imports.length > 0 ? [...new Set(imports.map(missing))].join('\n') : undefined;
}

async function look(dataset: Dataset, source: DatasetSource, split: Split): Promise<Fingerprint> {
  try {
    const digest = await dataset.fingerprint(source, split);
    // An index says that a set is what the spec expects of it, and knows its images as the spec wants them known.
    const { expect, identity } = source;
    const asked = { ...(expect && { expect }), ...(identity && { identity }) };
    return { digest: Object.keys(asked).length > 0 ? digestValue({ digest, ...asked }) : digest };
  } catch (error) {
    if (error instanceof DatasetError) return { missing: error.message };
    throw error;
  }
}

async function lookAtFile(path: string): Promise<Fingerprint> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { missing: `${path} is no file.` };
    return { digest: digestValue({ size: stats.size, mtimeMs: stats.mtimeMs }) };
  } catch (error) {
    return {
      missing: isMissing(error)
        ? `There is no file ${path}. "weights" of the spec, or --set weights=DIR, names its folder.`
        : `${path} cannot be looked at (${String(error)}).`,
    };
  }
}

/** One look a kind tells which recipes are worth a look of their own. */
async function knownExecutions(
  tasks: readonly Task[],
  store: ArtifactStore,
): Promise<ReadonlyMap<string, readonly Execution[]>> {
  const kinds = [...new Set(tasks.map(({ kind }) => kind))];
  const recipes = new Map(
    await Promise.all(kinds.map(async (kind) => [kind, await store.recipes(kind)] as const)),
  );
  const known = tasks.filter(({ kind, recipe }) => recipes.get(kind)!.has(recipe));
  const found = new Map<string, readonly Execution[]>();
  for (let first = 0; first < known.length; first += READS_AT_ONCE) {
    const part = known.slice(first, first + READS_AT_ONCE);
    const executions = await Promise.all(part.map(({ kind, recipe }) => store.executions(kind, recipe)));
    for (const [i, { recipe }] of part.entries()) found.set(recipe, executions[i]!);
  }
  return found;
}

/** Bounds open files. */
const READS_AT_ONCE = 64;
