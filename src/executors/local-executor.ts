/** {@link Executor} on this machine: one worker process a slot, kept for the next task, replaced when it dies. */
import type { Environment } from '../plan/execution.js';
import { mostAtOneHost, threadsEach } from '../plan/environment.js';
import { Executor, type TaskEnd, type TaskOrder } from '../run/executor.js';
import { UserError } from '../util/user-error.js';
import { probeWorker } from './probe-worker.js';
import { isThisHost, startWorker, THIS_HOST } from './start-worker.js';
import { executeTogether } from './worker-group.js';
import { type Listener, WorkerProcess } from './worker-process.js';
import type { WorkerProgram } from './worker-protocol.js';

export interface LocalExecutorOptions extends WorkerProgram {
  readonly slots: number;
}

export class LocalExecutor extends Executor {
  readonly slots: number;
  readonly #options: LocalExecutorOptions;
  readonly #idle: WorkerProcess[] = [];
  readonly #all = new Set<WorkerProcess>();

  constructor(options: LocalExecutorOptions) {
    super();
    this.#options = options;
    this.slots = options.slots;
  }

  async execute(order: TaskOrder, listener: Listener, signal: AbortSignal): Promise<TaskEnd> {
    const { threads = this.#options.settings.threads } = order.resumed ?? {};
    if (order.hosts) return this.#executeTogether(order, order.hosts, listener, signal);
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

  /** The workers of one host share the threads that one would have; as many as before where the task goes on. */
  async #executeTogether(
    order: TaskOrder,
    named: readonly string[],
    listener: Listener,
    signal: AbortSignal,
  ): Promise<TaskEnd> {
    // By one name, so that those of this machine share what it has.
    const hosts = named.every(isThisHost) ? named.map(() => THIS_HOST) : named;
    const { settings, program } = this.#options;
    const threads = order.resumed?.threads ?? threadsEach(settings.threads, hosts);
    const group = { program, settings: { ...settings, threads } };
    const memoryGiB = order.memoryGiB / mostAtOneHost(hosts);
    return executeTogether(group, hosts, { ...order, memoryGiB }, listener, signal);
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
  #takeIdle(): WorkerProcess | undefined {
    for (let worker = this.#idle.pop(); worker; worker = this.#idle.pop()) if (worker.alive) return worker;
    return undefined;
  }

  #start(options = this.#options): WorkerProcess {
    const worker = new WorkerProcess(startWorker(options));
    this.#all.add(worker);
    void worker.gone.then(() => this.#all.delete(worker));
    return worker;
  }
}
