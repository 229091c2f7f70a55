/** What of a plan is done and what is to do, and why: from the plan and what the store holds. Pure. */
import { canonicalJson, digestValue } from '../util/digest.js';
import type { Execution } from './execution.js';
import { inputRecipes, type Plan, type Task } from './plan.js';

/** A parameter that was another one when the same place of the spec was last run. */
export interface Change {
  readonly name: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** Why an execution that read the same inputs does not count. */
export type Refusal =
  /** `reuse: same-environment`, and it was made elsewhere. */
  | { readonly kind: 'other-environment'; readonly differences: readonly Change[]; readonly host: string }
  /** `--fresh-code`, and it was made by another version of our code. */
  | { readonly kind: 'other-code' };

export type Reason =
  | { readonly kind: 'new' }
  /** It was done when the experiment was last run. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly message: string; readonly at: string }
  | { readonly kind: 'version-changed'; readonly before: string; readonly now: string }
  | { readonly kind: 'parameters-changed'; readonly changes: readonly Change[] }
  | { readonly kind: 'input-to-do'; readonly input: string }
  | { readonly kind: 'input-changed'; readonly role: string; readonly before: string; readonly now: string }
  | { readonly kind: 'images-missing'; readonly message: string }
  | { readonly kind: 'file-missing'; readonly message: string }
  | Refusal;

export type TaskStatus =
  | {
      readonly state: 'done';
      readonly execution: Execution;
      /** The images are not here, so whether they are still those that it read is not known. */
      readonly unchecked?: true;
    }
  | { readonly state: 'to-do'; readonly reason: Reason };

/** By recipe. */
export type Statuses = ReadonlyMap<string, TaskStatus>;

/** What a task reads, as digests by role: its inputs' contents, and the images' or the file's fingerprint. */
export type InputDigests = Readonly<Record<string, string>>;

export const IMAGES_ROLE = 'images';
export const FILE_ROLE = 'file';

/** A try that failed since the last success. */
export interface Failure {
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The digest of the paths, sizes and times of a split's images or of a file of weights, or why they cannot be looked at. */
export type Fingerprint = { readonly digest: string } | { readonly missing: string };

/** What a status follows from besides the plan and the executions. */
export interface Evidence {
  /** Of tasks that list images or read a file. */
  fingerprint(task: Task): Fingerprint | undefined;
  failure(recipe: string): Failure | undefined;
  /** The task that stood in the same place when the experiment was last run. */
  earlier(task: Task): Task | undefined;
  refusal(task: Task, execution: Execution): Refusal | undefined;
}

/** A task is done when the store holds an execution of its recipe that read the same inputs and is not refused. */
export function statusOf(
  plan: Plan,
  executions: (recipe: string) => readonly Execution[],
  evidence: Evidence,
): Statuses {
  const statuses = new Map<string, TaskStatus>();
  const done = new Map<string, Execution>();
  for (const task of plan.tasks) {
    const status = taskStatus(task, executions(task.recipe), done, evidence);
    statuses.set(task.recipe, status);
    if (status.state === 'done') done.set(task.recipe, status.execution);
  }
  return statuses;
}

/**
 * The status of one task.
 * @param executions of its recipe, newest last
 * @param done the executions chosen for the tasks before it, by recipe
 */
export function taskStatus(
  task: Task,
  executions: readonly Execution[],
  done: ReadonlyMap<string, Execution>,
  evidence: Evidence,
): TaskStatus {
  const toDo = (reason: Reason): TaskStatus => ({ state: 'to-do', reason });
  const waiting = inputRecipes(task).find((recipe) => !done.has(recipe));
  if (waiting !== undefined)
    return toDo(ownReason(task, executions, evidence) ?? { kind: 'input-to-do', input: waiting });
  const fingerprint = evidence.fingerprint(task);
  if (fingerprint && 'missing' in fingerprint) return withoutImages(task, executions, evidence, fingerprint);
  const now = inputDigests(task, done, fingerprint?.digest);
  const digest = digestValue(now);
  const fitting = executions.filter(({ inputs }) => digestValue(inputs) === digest);
  const refusals = fitting.map((execution) => evidence.refusal(task, execution));
  const chosen = refusals.lastIndexOf(undefined);
  if (chosen >= 0) return { state: 'done', execution: fitting[chosen]! };
  const refusal = refusals.at(-1);
  if (refusal) return toDo(refusal);
  const last = executions.at(-1);
  return toDo(
    ownReason(task, executions, evidence) ?? (last ? inputChange(now, last.inputs) : remade(task, evidence)),
  );
}

/** What was listed or imported once counts as long as the images or the file are away: a store is worth something without them. */
function withoutImages(
  task: Task,
  executions: readonly Execution[],
  evidence: Evidence,
  { missing }: { readonly missing: string },
): TaskStatus {
  const execution = executions.findLast((one) => evidence.refusal(task, one) === undefined);
  return execution
    ? { state: 'done', execution, unchecked: true }
    : {
        state: 'to-do',
        reason: { kind: task.file === undefined ? 'images-missing' : 'file-missing', message: missing },
      };
}

/** A reason that lies in the task itself, whatever its inputs are. */
function ownReason(task: Task, executions: readonly Execution[], evidence: Evidence): Reason | undefined {
  const failure = evidence.failure(task.recipe);
  if (failure) return { kind: 'failed', ...failure };
  const earlier = executions.length === 0 ? evidence.earlier(task) : undefined;
  if (!earlier || earlier.recipe === task.recipe) return undefined;
  if (earlier.version !== task.version)
    return { kind: 'version-changed', before: earlier.version, now: task.version };
  const changes = changesBetween(earlier.parameters, task.parameters);
  return changes.length > 0 ? { kind: 'parameters-changed', changes } : undefined;
}

/** The store holds nothing of it: removed, done by the same parameters over other inputs, or quite new. */
function remade(task: Task, evidence: Evidence): Reason {
  const earlier = evidence.earlier(task);
  if (!earlier) return { kind: 'new' };
  if (earlier.recipe === task.recipe) return { kind: 'gone' };
  const text = ({ inputs }: Task) =>
    Object.fromEntries(
      Object.entries(inputs).map(([role, input]) => [role, canonicalJson(input).replaceAll(/["[\]]/g, '')]),
    );
  return inputChange(text(task), text(earlier));
}

function inputChange(now: InputDigests, before: InputDigests): Reason {
  const roles = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  const role = roles.find((r) => now[r] !== before[r]);
  if (role === undefined) return { kind: 'new' };
  return { kind: 'input-changed', role, before: before[role] ?? 'none', now: now[role] ?? 'none' };
}

/** The keys at which two records differ, a value that is absent as undefined. */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const text = (value: unknown) => (value === undefined ? '' : canonicalJson(value));
  return names
    .filter((name) => text(before[name]) !== text(now[name]))
    .map((name) => ({ name, before: before[name], now: now[name] }));
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
  if (fingerprint === undefined) return Object.fromEntries(entries);
  return Object.fromEntries([...entries, [task.file === undefined ? IMAGES_ROLE : FILE_ROLE, fingerprint]]);
}
