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
  for (const task of plan.tasks)
    statuses.set(task.recipe, taskStatus(task, executions(task.recipe), statuses, fingerprints));
  return statuses;
}

function taskStatus(
  task: Task,
  executions: readonly Execution[],
  statuses: Statuses,
  fingerprints: ReadonlyMap<string, string>,
): TaskStatus {
  const waiting = inputRecipes(task).find((recipe) => statuses.get(recipe)?.state !== 'done');
  if (waiting !== undefined) return { state: 'to-do', reason: { kind: 'input-to-do', input: waiting } };
  const chosen = new Map(
    inputRecipes(task).map((recipe) => [
      recipe,
      (statuses.get(recipe) as { execution: Execution }).execution,
    ]),
  );
  const now = inputDigests(task, (recipe) => chosen.get(recipe)!, fingerprints.get(task.recipe));
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
  chosen: (recipe: string) => Execution,
  fingerprint: string | undefined,
): InputDigests {
  const entries = Object.entries(task.inputs).map(([role, input]): [string, string] => [
    role,
    typeof input === 'string'
      ? chosen(input).output
      : digestValue(input.map((recipe) => chosen(recipe).output)),
  ]);
  return Object.fromEntries(fingerprint === undefined ? entries : [...entries, [IMAGES_ROLE, fingerprint]]);
}
