/** Prints a run's events: plain lines, and on a terminal one line that is written over. */
import { describeTask, type Task } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import type { RunEvent } from '../run/event.js';
import { SYSTEM } from '../run/system-metrics.js';
import { describeReason, notCompared } from './describe-reason.js';
import { LastLines } from './last-lines.js';

/** The part of a stream that is used. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Without a terminal, progress is a line a quarter. */
const PLAIN_PARTS = 4;

export class ProgressPrinter {
  /** Whether any task ran. */
  worked = false;
  /** What failed, with the lines that are told at once and again at the end. */
  readonly failures: { readonly task: Task; readonly lines: readonly string[] }[] = [];
  readonly #screen: Screen;
  readonly #again: (task: Task) => string;
  readonly #log = new LastLines();
  readonly #startedAt = new Map<string, number>();
  /** Where the present try began. */
  readonly #resumedAt = new Map<string, number>();
  readonly #printedPart = new Map<string, number>();
  readonly #latest = new Map<string, string>();
  #overwritable = false;

  /** @param again the command that repeats one task */
  constructor(screen: Screen, again: (task: Task) => string) {
    this.#screen = screen;
    this.#again = again;
  }

  hear(event: RunEvent): void {
    const { task } = event;
    switch (event.type) {
      case 'task-cached':
        this.line(`done before  ${nameOf(task)}${event.unchecked ? ` (${notCompared(task)})` : ''}`);
        break;
      case 'task-waiting':
        this.line(`waits        ${nameOf(task)}: another run does it (${event.owner})`);
        break;
      case 'task-started':
        this.worked = true;
        this.#startedAt.set(task.recipe, performance.now());
        this.line(`start        ${nameOf(task)}: ${describeReason(event.reason)}`);
        break;
      case 'task-repeated':
        this.#startedAt.set(task.recipe, performance.now());
        this.#printedPart.delete(task.recipe);
        this.line(`repeat       ${nameOf(task)}: its worker died (${event.cause})`);
        break;
      case 'task-resumed':
        this.#resumedAt.set(task.recipe, event.place);
        this.line(`goes on      ${nameOf(task)}: from ${event.place}`);
        break;
      case 'task-progress':
        this.#progress(task, event.done, event.total, event.unit);
        break;
      case 'task-metric':
        // What it takes of the machine is for the tracker.
        if (!event.key.startsWith(SYSTEM))
          this.#latest.set(task.recipe, `${event.key} ${event.value.toPrecision(4)}`);
        break;
      case 'task-finished':
        this.line(
          `done         ${nameOf(task)} in ${event.execution.seconds.toFixed(1)} s${this.#latestOf(task)}`,
        );
        break;
      case 'task-failed':
        this.#fail(task, event.message);
        break;
      case 'task-not-yet':
        this.line(`not done     ${nameOf(task)}: this version cannot ${event.what} yet`);
        break;
      case 'task-interrupted':
        this.line(`interrupted  ${nameOf(task)}`);
        break;
      case 'task-blocked':
        this.line(`not done     ${nameOf(task)}: needs ${describeTask(event.by)}`);
        break;
      case 'artifact-damaged':
        this.line(`damaged      ${event.message} It lies in ${event.movedTo} now.`);
        break;
      case 'task-log':
        this.#log.add(task.recipe, event.text);
        break;
    }
  }

  line(text: string): void {
    this.end();
    this.#screen.write(`${text}\n`);
  }

  /** Leaves the line that is written over. */
  end(): void {
    if (this.#overwritable) this.#screen.write('\r\u001b[K');
    this.#overwritable = false;
  }

  #fail(task: Task, message: string): void {
    const said = this.#log.of(task.recipe).map((line) => `  its worker said: ${line}`);
    const lines = [...said, `  It alone again: ${this.#again(task)}`];
    this.line([`FAILED       ${nameOf(task)}: ${message}`, ...lines].join('\n'));
    this.failures.push({ task, lines: [`  ${message}`, ...lines] });
  }

  #progress(task: Task, done: number, total: number, unit: string): void {
    const seconds = (performance.now() - this.#startedAt.get(task.recipe)!) / 1000;
    const before = this.#resumedAt.get(task.recipe) ?? 0;
    const left = done > before ? Math.round((seconds / (done - before)) * (total - done)) : 0;
    const text = `             ${nameOf(task)}: ${done} of ${total} ${unit}, ${left} s left${this.#latestOf(task)}`;
    if (this.#screen.isTTY) {
      this.#screen.write(`\r\u001b[K${text}`);
      this.#overwritable = true;
      return;
    }
    const part = Math.floor((PLAIN_PARTS * done) / total);
    if (done >= total || part <= (this.#printedPart.get(task.recipe) ?? 0)) return;
    this.#printedPart.set(task.recipe, part);
    this.line(text);
  }

  #latestOf(task: Task): string {
    const latest = this.#latest.get(task.recipe);
    return latest === undefined ? '' : `, ${latest}`;
  }
}

function nameOf(task: Task): string {
  return `${describeTask(task)} ${shortRecipe(task.recipe)}`;
}
