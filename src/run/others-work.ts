/** Tasks that other runs do at this time: looked at again until they are done, or nobody does them any more. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from '../plan/plan.js';
import type { RunListener } from './event.js';

/** Between two looks, ms. */
const LOOK_MS = 1000;

interface Options {
  readonly listener: RunListener;
  /** Aborted when the run stops: nothing is waited for then. */
  readonly signal: AbortSignal;
  /** Called when it is time to look at a task again. */
  readonly look: (task: Task) => void;
}

export class OthersWork {
  readonly #options: Options;
  readonly #pauses = new Map<string, Promise<void>>();
  readonly #told = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** One for each task, which settles when that one is looked at again. */
  get pauses(): readonly Promise<void>[] {
    return [...this.#pauses.values()];
  }

  /** @param owner the process that does it */
  waitFor(task: Task, owner: string): void {
    const { listener, signal, look } = this.#options;
    const { recipe } = task;
    if (!this.#told.has(recipe)) listener({ type: 'task-waiting', task, owner });
    this.#told.add(recipe);
    const pause = delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    this.#pauses.set(
      recipe,
      pause.then(() => {
        this.#pauses.delete(recipe);
        look(task);
      }),
    );
  }
}
