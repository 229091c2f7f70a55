import { relative } from 'node:path';
import type { Outcome } from '../run/event.js';
import { describeTask, type Task } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import { INTERRUPTED } from './exit-status.js';
import type { Invocation } from './invocation.js';
import { planSpecs, printTitles, surveyOptions } from './planned-spec.js';
import { stagecraftFor } from './stagecraft-for.js';
import { ProgressPrinter } from './progress-printer.js';

export async function execute(invocation: Invocation): Promise<number> {
  const stagecraft = stagecraftFor(invocation);
  const planned = await planSpecs(stagecraft, invocation);
  if (!planned) return 2;
  printTitles(planned);
  if (planned.plan.tasks.length === 0) return 0;
  const printer = new ProgressPrinter(process.stdout, repeatOf(invocation));
  const interrupt = interruptible(printer);
  const result = await stagecraft.run(planned, {
    listener: (event) => {
      printer.hear(event);
    },
    signal: interrupt.signal,
    failFast: invocation.values['fail-fast'] === true,
    accept: invocation.values['accept'] === true,
    trustNetwork: invocation.values['trust-network'] === true,
    ...surveyOptions(invocation),
  });
  printer.end();
  const here = (path: string) => relative(process.cwd(), path) || '.';
  for (const { markdown, file } of [...result.tables, ...result.claims])
    console.log(`\n${markdown}\n${here(file)}`);
  if (result.pictures.length > 0) console.log(`\nPictures: ${result.pictures.map(here).join(', ')}`);
  summarise(result.outcome, {
    worked: printer.worked,
    failures: printer.failures,
    logs: here(result.directory),
  });
  tellDelivered(result.outcome, invocation.values['store'] as string | undefined);
  const { interrupted, failed, notYet } = result.outcome;
  if (interrupted) return INTERRUPTED;
  return failed.length + notYet.length > 0 ? 1 : 0;
}

/** The first Ctrl-C (or SIGTERM) asks the tasks to stop, the second ends the process at once. */
function interruptible(printer: ProgressPrinter): AbortController {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      printer.line('Stopping after the current step; press Ctrl-C again to leave at once.');
      controller.abort();
    });
  }
  return controller;
}

interface Context {
  readonly worked: boolean;
  readonly failures: ProgressPrinter['failures'];
  readonly logs: string;
}

function summarise(outcome: Outcome, { worked, failures, logs }: Context): void {
  for (const task of outcome.failed) {
    console.error(`Failed: ${describeTask(task)}; log in ${logs}/logs.`);
    const told = failures.find(({ task: { recipe } }) => recipe === task.recipe);
    if (told) console.error(told.lines.join('\n'));
  }
  for (const [what, tasks] of byNotYet(outcome.notYet))
    console.error(
      `Not done: this version cannot ${what} yet (${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}).`,
    );
  if (outcome.blocked.length > 0)
    console.error(
      `Not done: ${outcome.blocked.length === 1 ? describeTask(outcome.blocked[0]!) : `${outcome.blocked.length} tasks`}, which ${outcome.blocked.length === 1 ? 'needs' : 'need'} one that is not done.`,
    );
  if (outcome.interrupted) console.error('Interrupted. Run again to go on: what is finished is kept.');
  else if (outcome.failed.length > 0) console.error('Run again to repeat only what failed.');
  else if (!worked && outcome.notYet.length === 0) console.log('Nothing to do: every task was done before.');
}

function tellDelivered({ delivered }: Outcome, store: string | undefined): void {
  if (!delivered) return;
  const again = `stagecraft sync${store === undefined ? '' : ` --store ${store}`}`;
  if (delivered.missing === null)
    console.log(`All of it was sent to MLflow at ${delivered.to}; "${again}" reads it back.`);
  else
    console.error(
      `MLflow at ${delivered.to} does not have all of it yet: ${delivered.missing}\nNothing is lost; "${again}" delivers the rest.`,
    );
}

function byNotYet(tasks: readonly Task[]): ReadonlyMap<string, readonly Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const group = groups.get(task.notYet!);
    if (group) group.push(task);
    else groups.set(task.notYet!, [task]);
  }
  return groups;
}

/** The same command, for one task. */
function repeatOf({ positionals, values }: Invocation): (task: Task) => string {
  const options = Object.entries(values).flatMap(([name, value]) => {
    if (name === 'only' || value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().map((one) => `--${name} ${quoted(String(one))}`);
  });
  return ({ recipe }) =>
    ['stagecraft run', ...positionals.map(quoted), ...options, `--only ${shortRecipe(recipe)}`].join(' ');
}

function quoted(text: string): string {
  return /^[\w./=:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
