/** A plan: every task of an experiment in an order in which it can run. Plain data, with a versioned JSON form. */
import type { ArtifactType, Labels } from './definition.js';

export interface Task {
  /** Identity, see `recipe.ts`. */
  readonly recipe: string;
  /** For people: the stage's name in the spec, or the stage it is implied by. */
  readonly stage: string;
  readonly kind: string;
  readonly version: string;
  readonly output: ArtifactType;
  readonly usesEngine: boolean;
  readonly readsImages: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly labels: Labels;
  /** Recipes of the inputs, by role; every one stands earlier in the plan. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
}

export interface Plan {
  readonly format: 1;
  /** The spec's name and profile, e.g. `table3-demo`; names the folder under `runs/`. */
  readonly experiment: string;
  readonly title: string;
  readonly profile: string | null;
  readonly tasks: readonly Task[];
}

/** All recipes that a task uses. */
export function inputRecipes(task: Task): readonly string[] {
  return Object.values(task.inputs).flat();
}

/** `train a` with what tells it from its sisters: `train a (net=A S=256)`. */
export function describeTask(task: Task): string {
  const labels = Object.entries(task.labels).map(([key, value]) => `${key}=${value}`);
  const name = task.stage === task.kind ? task.kind : `${task.kind} ${task.stage}`;
  return labels.length === 0 ? name : `${name} (${labels.join(' ')})`;
}
