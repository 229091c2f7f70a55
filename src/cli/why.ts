import './short-work.js';
import { hostname } from 'node:os';
import { describeEnvironment } from '../plan/environment.js';
import { describeTask, inputRecipes, type Plan, type Task, tasksByRecipe } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import { selectOne } from '../plan/select.js';
import type { Statuses, TaskStatus } from '../plan/status.js';
import { UserError } from '../util/user-error.js';
import { describeReason } from './describe-reason.js';
import type { Invocation } from './invocation.js';
import { planSpecs, surveyOptions } from './planned-spec.js';
import { stagecraftFor } from './stagecraft-for.js';
import { minute } from './units.js';

/** Why one task is done or to do: what was asked for, and the chain of reasons down to what changed. */
export async function execute(invocation: Invocation): Promise<number> {
  const [selector, ...positionals] = invocation.positionals;
  if (selector === undefined || positionals.length === 0)
    throw new UserError('Which task of which spec? E.g. stagecraft why a experiments/vgg/table3.yaml');
  const stagecraft = stagecraftFor(invocation);
  const planned = await planSpecs(stagecraft, { ...invocation, positionals });
  if (!planned) return 2;
  const { plan } = planned;
  const task = selectOne(plan, selector);
  if (!task.ok) throw new UserError(task.error);
  const { statuses } = await stagecraft.survey(planned, surveyOptions(invocation));
  const status = statuses.get(task.value.recipe)!;
  if (invocation.values['json'] === true)
    console.log(
      JSON.stringify({ ...task.value, status, chain: chainOf(task.value, { plan, statuses }) }, null, 2),
    );
  else print(task.value, { plan, statuses });
  return 0;
}

interface Context {
  readonly plan: Plan;
  readonly statuses: Statuses;
}

function print(task: Task, { plan, statuses }: Context): void {
  const byRecipe = tasksByRecipe(plan);
  console.log(`${describeTask(task)}  ${task.recipe}`);
  console.log(`  kind ${task.kind}, version ${task.version}`);
  for (const [name, value] of Object.entries(task.parameters)) console.log(`  ${name}: ${shortValue(value)}`);
  for (const [role, input] of Object.entries(task.inputs))
    for (const recipe of [input].flat())
      console.log(`  reads ${role}: ${describeTask(byRecipe.get(recipe)!)} ${shortRecipe(recipe)}`);
  if (task.notYet !== null) console.log(`  This version cannot ${task.notYet} yet.`);
  for (const { task: link, status } of chainOf(task, { plan, statuses }))
    console.log(`${describeTask(link)} ${shortRecipe(link.recipe)} is ${stateOf(status)}.`);
}

function stateOf(status: TaskStatus): string {
  if (status.state === 'to-do') return `to do: ${describeReason(status.reason)}`;
  const { host, environment, startedAt, seconds, output } = status.execution;
  const where = host === hostname() ? 'here' : `on ${host}`;
  return `done ${where} on ${minute(startedAt)} in ${seconds.toFixed(1)} s by ${describeEnvironment(environment)}; its output is ${output.slice(0, 12)}`;
}

/** The task, and as long as one waits for another, the first that it waits for. */
function chainOf(task: Task, { plan, statuses }: Context) {
  const byRecipe = tasksByRecipe(plan);
  const chain: { readonly task: Task; readonly status: TaskStatus }[] = [];
  for (let next: Task | undefined = task; next;) {
    const status: TaskStatus = statuses.get(next.recipe)!;
    chain.push({ task: next, status });
    const waiting: string | undefined = inputRecipes(next).find(
      (input) => statuses.get(input)!.state === 'to-do',
    );
    next = status.state === 'done' || waiting === undefined ? undefined : byRecipe.get(waiting);
  }
  return chain;
}

function shortValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
