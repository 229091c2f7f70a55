/** {@link Executor} on this machine: one worker process a slot, kept for the next task, replaced when it dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { finished } from 'node:stream/promises';
import type { Environment } from '../plan/execution.js';
import { Executor, type TaskEnd, type TaskMessage, type TaskOrder } from '../run/executor.js';
import { UserError } from '../util/user-error.js';
import { probeWorker } from './probe-worker.js';
import { type FromWorker, type ToWorker, workerEnvironment, type WorkerProgram } from './worker-protocol.js';

export interface LocalExecutorOptions extends WorkerProgram {
  readonly slots: number;
}

type Listener = (message: TaskMessage) => void;

export class LocalExecutor extends Executor {
  readonly slots: number;
  readonly #options: LocalExecutorOptions;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  constructor(options: LocalExecutorOptions) {
    super();
    this.#options = options;
    this.slots = options.slots;
  }

  async execute(order: TaskOrder, listener: Listener, signal: AbortSignal): Promise<TaskEnd> {
    const { threads = this.#options.settings.threads } = order.resumed ?? {};
    if (threads !== this.#options.settings.threads)
      return this.#executeApart(order, threads, listener, signal);
    const kept = this.#takeIdle();
    const worker = kept ?? this.#start();
    const end = await worker.execute(order, listener, signal);
    // A kept worker may have died before the task reached it: that is not the task's failure.
    if (kept && end.type === 'crashed' && !kept.heard && !signal.aborted)
      return this.execute(order, listener, signal);
    // What failed inside a device operation may have left arrays behind; the next task gets a clean device.
    if (end.type === 'failed' && order.task.usesEngine) await worker.close();
    if (worker.alive) this.#idle.push(worker);
    return end;
  }

  /** In a worker of its own, which has as many threads as the task was begun with. */
  async #executeApart(
    order: TaskOrder,
    threads: number,
    listener: Listener,
    signal: AbortSignal,
  ): Promise<TaskEnd> {
    const worker = this.#start({ ...this.#options, settings: { ...this.#options.settings, threads } });
    try {
      return await worker.execute(order, listener, signal);
    } finally {
      await worker.close();
    }
  }

  async environment(): Promise<Environment> {
    const probed = await probeWorker(this.#options);
    if ('environment' in probed) return probed.environment;
    throw new UserError(
      `No worker can be started here, so results cannot be compared with it: ${probed.problem}`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.close()));
  }

  /** One may have died since its last task. */
  #takeIdle(): Worker | undefined {
    for (let worker = this.#idle.pop(); worker; worker = this.#idle.pop()) if (worker.alive) return worker;
    return undefined;
  }

  #start(options = this.#options): Worker {
    const worker = new Worker(options);
    this.#all.add(worker);
    void worker.gone.then(() => this.#all.delete(worker));
    return worker;
  }
}

class Worker {
  readonly #child: ChildProcess;
  /** Settles when the process has ended, with the signal or status that it ended by. */
  readonly gone: Promise<string>;
  alive = true;
  /** Whether it has said anything of the task that it has now. */
  heard = false;
  #listener: Listener = () => undefined;
  #ended: (end: TaskEnd) => void = () => undefined;

  constructor({ program, settings }: LocalExecutorOptions) {
    this.#child = fork(program, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...workerEnvironment(settings) },
    });
    const ended = new Promise<string>((resolve) => {
      this.#child.once('error', (error) => {
        resolve(error.message);
      });
      this.#child.once('exit', (status, signal) => {
        resolve(signal ?? `exit status ${String(status)}`);
      });
    });
    this.gone = ended.then(async (cause) => {
      this.alive = false;
      // What it printed last says why it ended. (`close` would do, but does not come after a disconnect of ours.)
      await Promise.allSettled([finished(this.#child.stdout!), finished(this.#child.stderr!)]);
      return cause;
    });
    this.#child.on('message', (message) => {
      this.#hear(message as FromWorker);
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream!.setEncoding('utf8').on('data', (text: string) => {
        this.#listener({ type: 'log', text });
      });
    }
  }

  async execute(order: TaskOrder, listener: Listener, signal: AbortSignal): Promise<TaskEnd> {
    const stop = () => {
      this.#say({ type: 'stop' });
    };
    this.#listener = listener;
    this.heard = false;
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<TaskEnd>((resolve) => {
        this.#ended = resolve;
        void this.gone.then((cause) => {
          resolve({ type: 'crashed', cause });
        });
        this.#say({ type: 'run', order });
        if (signal.aborted) stop();
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.#ended = () => undefined;
    }
  }

  /** A worker leaves when its channel closes. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.gone;
  }

  #say(message: ToWorker): void {
    // An error means that the process is going; its end is reported by `gone`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #hear(message: FromWorker): void {
    this.heard = true;
    if (message.type === 'end') this.#ended(message.end);
    else if (message.type !== 'description') this.#listener(message);
  }
}
