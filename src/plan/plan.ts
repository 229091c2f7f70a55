/** A plan: every task of one or more experiments in an order in which it can run. Plain data, with a versioned JSON form. */
import type { ArtifactType, Cost, DatasetIdentity } from './definition.js';
import { formatLabels, type Labels, labelsKey } from './labels.js';

/** Where a task stands in its spec. */
export interface TaskName {
  /** For people: the stage's name in the spec, or the stage it is implied by. */
  readonly stage: string;
  readonly labels: Labels;
}

export interface Task extends TaskName {
  /** Identity, see `recipe.ts`. */
  readonly recipe: string;
  /** Where it stands besides: other stages, perhaps of other specs, that come to the same task. */
  readonly others?: readonly TaskName[];
  readonly kind: string;
  readonly version: string;
  readonly output: ArtifactType;
  readonly usesEngine: boolean;
  /** Whether the experiment's workers do it together. */
  readonly isDataParallel?: true;
  readonly readsImages: boolean;
  /** The image set that it reads, itself or through its index; null for none. */
  readonly dataset: DatasetIdentity | null;
  /** The file of weights that it reads, as its spec names it. */
  readonly file?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Recipes of the inputs, by role; every one stands earlier in the plan. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  readonly cost: Cost;
  /** What of it this version cannot do yet; null if nothing. */
  readonly notYet: string | null;
}

/** One spec in one profile. */
export interface Experiment {
  /** The spec's name and profile, e.g. `table3-demo`; names the folder under `runs/`. */
  readonly name: string;
  readonly title: string;
  readonly profile: string | null;
  /** Recipes of its tables, in the order of the spec. */
  readonly tables: readonly string[];
  /** Null if it makes none. */
  readonly claims: ClaimsOfExperiment | null;
  /** Recipes of all its tasks. */
  readonly tasks: readonly string[];
  /** Whether results of other environments count as done. */
  readonly reuse: Reuse;
  /** When its tasks write down where they are. */
  readonly checkpoint: CheckpointPolicy;
  /** Of the workers that train a net together, one each, in their order; one if each net is trained by one. */
  readonly hosts: readonly string[];
  readonly memoryGiB: number;
}

export interface CheckpointPolicy {
  readonly everySeconds: number;
  readonly everySteps?: number;
  /** The latest that are kept. */
  readonly keep: number;
}

export interface ClaimsOfExperiment {
  /** Of the task that tests them. */
  readonly recipe: string;
  /** In the order of the spec. */
  readonly names: readonly string[];
}

export type Reuse = 'any' | 'same-environment';

export interface Plan {
  readonly format: 2;
  readonly experiments: readonly Experiment[];
  readonly tasks: readonly Task[];
}

/** Every place where a task stands, the one that it is called by first. */
export function namesOf({ stage, labels, others = [] }: Task): readonly TaskName[] {
  return [{ stage, labels }, ...others];
}

/** A task with the places where it stands as well; it is called by its own first one. */
export function alsoNamed(task: Task, names: readonly TaskName[]): Task {
  const key = ({ stage, labels }: TaskName) => `${stage}/${labelsKey(labels)}`;
  const known = new Set(namesOf(task).map(key));
  const more = names.filter((name) => !known.has(key(name)) && known.add(key(name)));
  return more.length === 0 ? task : { ...task, others: [...(task.others ?? []), ...more] };
}

/** All recipes that a task uses. */
export function inputRecipes(task: Pick<Task, 'inputs'>): readonly string[] {
  return Object.values(task.inputs).flat();
}

/** What is wanted and everything that it needs, in the order of the plan. */
export function needed(wanted: readonly string[], tasks: ReadonlyMap<string, Task>): readonly Task[] {
  const found = new Set<string>();
  const stack = [...wanted];
  for (let recipe = stack.pop(); recipe !== undefined; recipe = stack.pop()) {
    if (found.has(recipe)) continue;
    found.add(recipe);
    stack.push(...inputRecipes(tasks.get(recipe)!));
  }
  return [...tasks.values()].filter(({ recipe }) => found.has(recipe));
}

/** The experiment that says how a task runs: the first that has it. */
export function experimentOf({ recipe }: Task, { experiments }: Plan): Experiment {
  return experiments.find(({ tasks }) => tasks.includes(recipe))!;
}

/** Of the workers that do a task together; one where it is done by one. */
export function hostsOf(task: Task, plan: Plan): readonly string[] {
  const { hosts } = experimentOf(task, plan);
  return task.isDataParallel ? hosts : hosts.slice(0, 1);
}

export function tasksByRecipe({ tasks }: Pick<Plan, 'tasks'>): ReadonlyMap<string, Task> {
  return new Map(tasks.map((task) => [task.recipe, task]));
}

/** `train a` with what tells it from its sisters: `train a (net=A S=256)`. */
export function describeTask(task: Pick<Task, 'stage' | 'kind' | 'labels'>): string {
  const labels = formatLabels(task.labels);
  const name = task.stage === task.kind ? task.kind : `${task.kind} ${task.stage}`;
  return labels === '' ? name : `${name} (${labels})`;
}

/** Longer names make unwieldy folders. */
const MAX_NAME = 80;

/** What a run of several experiments at once is called: `table3-demo+table4-demo`. */
export function runName({ experiments }: Plan): string {
  const name = experiments.map((experiment) => experiment.name).join('+');
  return name.length <= MAX_NAME ? name : `${experiments[0]!.name}+${experiments.length - 1}-more`;
}
