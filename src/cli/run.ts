import { relative } from 'node:path';
import type { Outcome } from '../run/event.js';
import { describeTask } from '../plan/plan.js';
import type { Invocation } from './invocation.js';
import { oneSpec, planSpec, stagecraftFor } from './planned-spec.js';
import { ProgressPrinter } from './progress-printer.js';

const INTERRUPTED = 130;

export async function execute(invocation: Invocation): Promise<number> {
  const stagecraft = stagecraftFor(invocation);
  const planned = await planSpec(stagecraft, oneSpec(invocation), invocation);
  if (!planned) return 2;
  const { plan } = planned;
  console.log(`${plan.title}${plan.profile === null ? '' : ` (profile ${plan.profile})`}`);
  const printer = new ProgressPrinter(process.stdout);
  const interrupt = interruptible(printer);
  const result = await stagecraft.run(
    planned,
    (event) => {
      printer.hear(event);
    },
    interrupt.signal,
  );
  printer.end();
  const here = (path: string) => relative(process.cwd(), path) || '.';
  for (const { markdown, file } of result.tables) console.log(`\n${markdown}\n${here(file)}`);
  summarise(result.outcome, printer.worked, here(result.directory));
  if (result.outcome.interrupted) return INTERRUPTED;
  return result.outcome.failed.length > 0 ? 1 : 0;
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

function summarise(outcome: Outcome, worked: boolean, directory: string): void {
  for (const task of outcome.failed)
    console.error(`Failed: ${describeTask(task)}; log in ${directory}/logs.`);
  for (const task of outcome.blocked)
    console.error(`Not done: ${describeTask(task)}, which needs what failed.`);
  if (outcome.interrupted) console.error('Interrupted. Run again to go on: what is finished is kept.');
  else if (outcome.failed.length > 0) console.error('Run again to repeat only what failed.');
  else if (!worked) console.log('Nothing to do: every task was done before.');
}
