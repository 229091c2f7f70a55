import './short-work.js';
import { hostname } from 'node:os';
import { describeEnvironment } from '../plan/environment.js';
import { describeTask, type Plan, type Task } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import type { TaskStatus } from '../plan/status.js';
import { type Estimate, estimate } from '../report/estimate.js';
import { planToMermaid } from '../report/mermaid.js';
import type { Survey } from '../run/survey.js';
import { describeReason, notCompared } from './describe-reason.js';
import type { Invocation } from './invocation.js';
import { planSpecs, printTitles, surveyOptions } from './planned-spec.js';
import { stagecraftFor } from './stagecraft-for.js';
import { duration, short, sizeInWords } from './units.js';

export async function execute(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const stagecraft = stagecraftFor(invocation);
  const planned = await planSpecs(stagecraft, invocation);
  if (!planned) return 2;
  const { plan } = planned;
  const surveyed = await stagecraft.survey(planned, surveyOptions(invocation));
  if (values['json'] === true) console.log(JSON.stringify(withStatuses(plan, surveyed), null, 2));
  else if (values['mermaid'] === true) console.log(planToMermaid(plan, surveyed.statuses));
  else {
    printTitles(planned);
    print(plan, surveyed);
  }
  return 0;
}

/** The plan as it is, each task with its state, and what all comes to. */
function withStatuses(plan: Plan, surveyed: Survey) {
  const { statuses } = surveyed;
  const tasks = plan.tasks.map((task) => ({ ...task, status: statusForJson(statuses.get(task.recipe)!) }));
  return { ...plan, estimate: estimate(plan, surveyed), tasks };
}

function statusForJson(status: TaskStatus) {
  if (status.state === 'to-do') return status;
  const { output, host, startedAt, seconds, environment } = status.execution;
  return { state: 'done', output, host, startedAt, seconds, environment };
}

function print(plan: Plan, surveyed: Survey): void {
  const names = plan.tasks.map(describeTask);
  const width = names.reduce((most, name) => Math.max(most, name.length), 0);
  const lines = plan.tasks.map((task, i) => {
    const status = surveyed.statuses.get(task.recipe)!;
    const parts = [
      shortRecipe(task.recipe),
      names[i]!.padEnd(width),
      costOf(task).padEnd(14),
      stateOf(task, status),
    ];
    return `  ${parts.join('  ')}`;
  });
  console.log(lines.join('\n'));
  for (const line of summary(plan, surveyed)) console.log(line);
}

/** Multiply-adds where a net runs, else images. */
function costOf({ cost }: Task): string {
  if (cost.multiplyAdds !== undefined) return `${short(cost.multiplyAdds)} MACs`;
  return cost.images === undefined ? '' : `${short(cost.images)} images`;
}

/** A result that was made elsewhere says where. */
function stateOf(task: Task, status: TaskStatus): string {
  if (status.state === 'done') {
    if (status.unchecked) return `done (${notCompared(task)})`;
    const { host, environment } = status.execution;
    return host === hostname() ? 'done' : `done on ${host} (${describeEnvironment(environment)})`;
  }
  const notYet = task.notYet === null ? '' : ` (this version cannot ${task.notYet} yet)`;
  return `to do: ${describeReason(status.reason)}${notYet}`;
}

function summary(plan: Plan, surveyed: Survey): readonly string[] {
  const total = estimate(plan, surveyed);
  const nets = new Map(
    plan.tasks.flatMap(({ kind, labels, cost }) =>
      kind === 'train' && cost.netParameters !== undefined
        ? [[`${String(labels['net'])} ${short(cost.netParameters)}`, true] as const]
        : [],
    ),
  );
  const lines = [`${total.tasks} tasks: ${total.done} done, ${total.toDo} to do.`];
  if (nets.size > 0) lines.push(`Parameters of the nets: ${[...nets.keys()].join(', ')}.`);
  if (total.toDo > 0) {
    lines.push(workOf(total), timeOf(total));
    if (total.memoryBytes !== null) lines.push(memoryOf(total.memoryBytes, total.withoutMemory));
    if (total.bytes > 0) lines.push(`Disk: about ${sizeInWords(total.bytes)} of nets and scores.`);
  }
  if (total.notYet > 0)
    lines.push(`${total.notYet} of them this version cannot do yet; run does the others.`);
  return lines;
}

function workOf({ images, multiplyAdds, unknown }: Estimate): string {
  const tasks = `${unknown} ${unknown === 1 ? 'task' : 'tasks'}`;
  if (unknown > 0 && images === 0)
    return `To do: work that is not known before the images are listed (${tasks}).`;
  const known = `${short(images)} images, ${short(multiplyAdds)} multiply-adds`;
  return unknown > 0
    ? `To do: ${known}, and ${tasks} that are not known before their images are listed.`
    : `To do: ${known}.`;
}

function memoryOf(bytes: number, without: number): string {
  const rest = `${without} ${without === 1 ? 'task' : 'tasks'} of which nothing is known`;
  return `Memory: about ${sizeInWords(bytes)} at most in a worker, by what is done${without > 0 ? `, without ${rest}` : ''}.`;
}

function timeOf({ seconds, guessed, withoutRate }: Estimate): string {
  if (seconds === null) return 'Time: not known before a task of these kinds is done.';
  const tasks = (count: number) => `${count} ${count === 1 ? 'task' : 'tasks'}`;
  const notes = [
    ...(guessed > 0 ? [`, ${tasks(guessed)} by that of another method`] : []),
    ...(withoutRate > 0 ? [`, without ${tasks(withoutRate)} of which no rate is known`] : []),
  ];
  return `Time: about ${duration(seconds)} at the rate of what is done${notes.join('')}.`;
}
