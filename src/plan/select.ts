/** Selectors: which tasks of a plan somebody means, by stage, table, kind, recipe or axis. */
import { failed, ok, type Result } from '../util/result.js';
import { suggestion } from '../util/suggest.js';
import { formatLabel } from './labels.js';
import { namesOf, needed, type Plan, type Task, tasksByRecipe } from './plan.js';

/** Fewer digits of a recipe could be anything. */
const MIN_DIGITS = 4;

/**
 * The tasks that one selector means: the name of a stage, table or kind, the first digits of a recipe, or
 * `axis=value`; several conditions on one task are joined by commas, `scores,net=D`.
 * @returns an explanation if there is none
 */
export function selectTasks(tasks: readonly Task[], selector: string): Result<readonly Task[], string> {
  let found = tasks;
  for (const part of splitSelector(selector)) {
    const equals = part.indexOf('=');
    const next =
      equals > 0
        ? found.filter((task) => valuesOf(task, part.slice(0, equals)).includes(part.slice(equals + 1)))
        : found.filter((task) => wordsOf(task).includes(part) || isRecipe(part, task));
    if (next.length === 0) return failed(explain(found, part));
    found = next;
  }
  return ok(found);
}

/** Commas before a new condition; those inside a value such as `Q=224,256,288` belong to it. */
function splitSelector(selector: string): readonly string[] {
  return selector.split(/,(?=[A-Za-z][A-Za-z0-9_-]*(?:=|,|$))/);
}

/** A plan with what any of the selectors means and what that needs. */
export function onlySelected(plan: Plan, selectors: readonly string[]): Result<Plan, string> {
  if (selectors.length === 0) return ok(plan);
  const wanted = new Set<string>();
  for (const selector of selectors) {
    const tasks = selectTasks(plan.tasks, selector);
    if (!tasks.ok) return tasks;
    for (const { recipe } of tasks.value) wanted.add(recipe);
  }
  const tasks = needed([...wanted], tasksByRecipe(plan));
  const kept = new Set(tasks.map(({ recipe }) => recipe));
  const experiments = plan.experiments.map((experiment) => ({
    ...experiment,
    tables: experiment.tables.filter((recipe) => kept.has(recipe)),
    claims: experiment.claims && kept.has(experiment.claims.recipe) ? experiment.claims : null,
    tasks: experiment.tasks.filter((recipe) => kept.has(recipe)),
  }));
  return ok({ ...plan, experiments, tasks });
}

/** The exactly one task that a selector means. */
export function selectOne(plan: Plan, selector: string): Result<Task, string> {
  const tasks = selectTasks(plan.tasks, selector);
  if (!tasks.ok) return tasks;
  const [first, second] = tasks.value;
  if (!second) return ok(first!);
  return failed(
    `"${selector}" means ${tasks.value.length} tasks. Name one by its recipe: stagecraft ls prints them.`,
  );
}

/** What stands on an axis; several values where a task stands in several places. */
function valuesOf(task: Task, axis: string): readonly string[] {
  if (axis === 'kind' || axis === 'recipe') return [task[axis]];
  const names = namesOf(task);
  if (axis === 'stage') return names.map(({ stage }) => stage);
  return names.flatMap(({ labels }) => (Object.hasOwn(labels, axis) ? [formatLabel(labels[axis]!)] : []));
}

/** A table's name is that of its task's stage. */
function wordsOf(task: Task): readonly string[] {
  return [...namesOf(task).map(({ stage }) => stage), task.kind];
}

function isRecipe(part: string, { recipe }: Task): boolean {
  return part.length >= MIN_DIGITS && recipe.startsWith(part);
}

function explain(tasks: readonly Task[], part: string): string {
  const equals = part.indexOf('=');
  if (equals > 0) {
    const axis = part.slice(0, equals);
    const values = [...new Set(tasks.flatMap((task) => valuesOf(task, axis)))];
    const axes = [
      ...new Set(tasks.flatMap((task) => namesOf(task).flatMap(({ labels }) => Object.keys(labels)))),
    ];
    return values.length > 0
      ? `No task has ${part}. ${axis} is one of: ${values.join(', ')}.`
      : `No task has an axis "${axis}". ${suggestion(axis, axes)}`;
  }
  const names = [...new Set(tasks.flatMap(wordsOf))];
  return `No stage, table, kind or recipe is called "${part}". ${suggestion(part, names)}`;
}
