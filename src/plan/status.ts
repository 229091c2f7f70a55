/** What of a plan is done and what is to do, and why: from the plan and what the store holds. Pure. */
import { digestValue } from '../util/digest.js';
import type { Execution } from './execution.js';
import { inputRecipes, type Plan, type Task } from './plan.js';

export type Reason =
  | { readonly kind: 'new' }
  | { readonly kind: 'input-to-do'; readonly input: string }
  | { readonly kind: 'input-changed'; readonly role: string; readonly before: string; readonly now: string };

export type TaskStatus =
  | { readonly state: 'done'; readonly execution: Execution }
  | { readonly state: 'to-do'; readonly reason: Reason };

/** By recipe. */
export type Statuses = ReadonlyMap<string, TaskStatus>;

/** What a task reads, as digests by role: its inputs' contents, and the images' fingerprint under {@link IMAGES_ROLE}. */
export type InputDigests = Readonly<Record<string, string>>;

export const IMAGES_ROLE = 'images';

/**
 * A task is done when the store holds an execution of its recipe that read the same inputs.
 * @param executions of each recipe, newest last
 * @param fingerprints of the images, by recipe of the tasks that list them
 */
export function statusOf(
  plan: Plan,
  executions: (recipe: string) => readonly Execution[],
  fingerprints: ReadonlyMap<string, string>,
): Statuses {
  const statuses = new Map<string, TaskStatus>();
  const done = new Map<string, Execution>();
  for (const task of plan.tasks) {
    const status = taskStatus(task, executions(task.recipe), done, fingerprints.get(task.recipe));
    statuses.set(task.recipe, status);
    if (status.state === 'done') done.set(task.recipe, status.execution);
  }
  return statuses;
}

/**
 * The status of one task.
 * @param executions of its recipe, newest last
 * @param done the executions chosen for the tasks before it, by recipe
 * @param fingerprint of the images, if it lists them
 */
export function taskStatus(
  task: Task,
  executions: readonly Execution[],
  done: ReadonlyMap<string, Execution>,
  fingerprint: string | undefined,
): TaskStatus {
  const waiting = inputRecipes(task).find((recipe) => !done.has(recipe));
  if (waiting !== undefined) return { state: 'to-do', reason: { kind: 'input-to-do', input: waiting } };
  const now = inputDigests(task, done, fingerprint);
  const execution = executions.findLast((e) => digestValue(e.inputs) === digestValue(now));
  if (execution) return { state: 'done', execution };
  const last = executions.at(-1);
  if (!last) return { state: 'to-do', reason: { kind: 'new' } };
  const role = [...new Set([...Object.keys(now), ...Object.keys(last.inputs)])].find(
    (r) => now[r] !== last.inputs[r],
  )!;
  return {
    state: 'to-do',
    reason: { kind: 'input-changed', role, before: last.inputs[role] ?? 'none', now: now[role] ?? 'none' },
  };
}

/** What a task reads, given the executions chosen for its inputs. */
export function inputDigests(
  task: Task,
  chosen: ReadonlyMap<string, Execution>,
  fingerprint: string | undefined,
): InputDigests {
  const entries = Object.entries(task.inputs).map(([role, input]): [string, string] => [
    role,
    typeof input === 'string'
      ? chosen.get(input)!.output
      : digestValue(input.map((recipe) => chosen.get(recipe)!.output)),
  ]);
  return Object.fromEntries(fingerprint === undefined ? entries : [...entries, [IMAGES_ROLE, fingerprint]]);
}
