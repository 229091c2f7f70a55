/** {@link Executor} in this process, or by a script: the second implementation of the port. */
import type { Environment } from '../../src/plan/execution.js';
import { Executor, type TaskEnd, type TaskMessage, type TaskOrder } from '../../src/run/executor.js';
import type { Stage } from '../../src/run/stage.js';
import { type Files, TaskHost } from '../../src/run/task-host.js';

export const TEST_ENVIRONMENT: Environment = { node: 'v0', platform: 'test', code: '0'.repeat(64) };

export interface InlineOptions {
  readonly slots?: number;
  /** What its tasks are said to run in. */
  readonly environment?: Environment;
  /** Ends a task in the place of its stage, or lets it run by ending in nothing. */
  readonly script?: (order: TaskOrder, signal: AbortSignal) => Promise<TaskEnd | undefined> | undefined;
}

export class InlineExecutor extends Executor {
  readonly slots: number;
  /** Stages' names in the order they ran in. */
  readonly ran: string[] = [];
  running = 0;
  closed = false;
  readonly #stages: readonly Stage[];
  readonly #files: Files;
  readonly #script: NonNullable<InlineOptions['script']>;
  readonly #environment: Environment;

  constructor(
    stages: readonly Stage[],
    files: Files,
    { slots = 1, script, environment = TEST_ENVIRONMENT }: InlineOptions = {},
  ) {
    super();
    this.slots = slots;
    this.#environment = environment;
    this.#stages = stages;
    this.#files = files;
    this.#script = script ?? (() => undefined);
  }

  async execute(
    order: TaskOrder,
    listener: (message: TaskMessage) => void,
    signal: AbortSignal,
  ): Promise<TaskEnd> {
    this.ran.push(order.task.stage);
    this.running += 1;
    const reporter = {
      progress: (done: number, total: number, unit: string) => {
        listener({ type: 'progress', done, total, unit });
      },
      metric: (key: string, value: number, step: number) => {
        listener({ type: 'metric', key, value, step });
      },
    };
    try {
      const host = new TaskHost(this.#stages, this.#files, this.#environmentOf(order));
      return (await this.#script(order, signal)) ?? (await host.run(order, reporter, signal));
    } finally {
      this.running -= 1;
    }
  }

  /** As in a worker: a task's environment holds what it uses. */
  #environmentOf({ task: { usesEngine, readsImages } }: TaskOrder): Environment {
    const { engine, imageLibrary, ...always } = this.#environment;
    return {
      ...always,
      ...(usesEngine && engine && { engine }),
      ...(readsImages && imageLibrary !== undefined && { imageLibrary }),
    };
  }

  environment(): Promise<Environment> {
    return Promise.resolve(this.#environment);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
