/** A worker seen from its parent: one process that does one task after another. */
import { finished } from 'node:stream/promises';
import type { Environment } from '../plan/execution.js';
import type { TaskEnd, TaskMessage, TaskOrder } from '../run/executor.js';
import type { Cluster, FromWorker, ToWorker } from './worker-protocol.js';
import type { StartedWorker } from './start-worker.js';

/** Of what it prints, characters that are kept here. */
const KEPT = 2000;
/** Of its last line. */
const LONGEST = 300;

export type Listener = (message: TaskMessage) => void;

export class WorkerProcess {
  readonly #started: StartedWorker;
  /** Settles when the process has ended, with the signal or status that it ended by. */
  readonly gone: Promise<string>;
  alive = true;
  /** Whether it has said anything of the task that it has now. */
  heard = false;
  #listener: Listener;
  #printed = '';
  #ended: (end: TaskEnd) => void = () => undefined;
  #answered: (answer: FromWorker) => void = () => undefined;

  /** @param listener of what it prints before its first task */
  constructor(started: StartedWorker, listener: Listener = () => undefined) {
    this.#started = started;
    this.#listener = listener;
    const { child, logs } = started;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => {
        resolve(error.message);
      });
      child.once('exit', (status, signal) => {
        resolve(signal ?? `exit status ${String(status)}`);
      });
    });
    this.gone = ended.then(async (cause) => {
      this.alive = false;
      // What it printed last says why it ended. (`close` would do, but does not come after a disconnect of ours.)
      await Promise.allSettled(logs.map((stream) => finished(stream)));
      return cause;
    });
    started.onMessage((message) => {
      this.#hear(message);
    });
    for (const stream of logs) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-KEPT);
        this.#listener({ type: 'log', text });
      });
    }
  }

  /** What it, or the remote shell that was to start it, printed last; empty if nothing. */
  get lastLine(): string {
    const lines = this.#printed.split('\n').map((line) => line.replaceAll(/\p{Cc}/gu, '').trim());
    return (lines.findLast((line) => line !== '') ?? '').slice(0, LONGEST);
  }

  /** @param cluster of the workers that do this task together, this one among them */
  async execute(
    order: TaskOrder,
    listener: Listener,
    signal: AbortSignal,
    cluster?: Cluster,
  ): Promise<TaskEnd> {
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
        this.#say({ type: 'run', order, ...(cluster && { cluster }) });
        if (signal.aborted) stop();
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.#ended = () => undefined;
    }
  }

  /** A port that is free where it runs; undefined if it is gone. */
  async freePort(): Promise<number | undefined> {
    const answer = await this.#ask({ type: 'find-port' });
    return answer?.type === 'port' ? answer.port : undefined;
  }

  /** What it is, or why it opens nothing. */
  async describe(): Promise<{ readonly environment: Environment } | { readonly problem: string }> {
    let log = '';
    this.#listener = (message) => {
      if (message.type === 'log') log = (log + message.text).slice(-2000);
    };
    const answer = await this.#ask({ type: 'describe' });
    if (answer?.type === 'description') return { environment: answer.environment };
    if (answer?.type === 'end' && answer.end.type === 'failed') return { problem: answer.end.message };
    return { problem: `the worker died (${await this.gone}) ${log}`.trim() };
  }

  /** A worker leaves when its channel closes. */
  async close(): Promise<void> {
    this.#started.close();
    await this.gone;
  }

  /** For one that hears nothing, since it waits inside an operation for others. */
  async kill(): Promise<void> {
    this.#started.child.kill('SIGKILL');
    await this.gone;
  }

  async #ask(question: ToWorker): Promise<FromWorker | undefined> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      void this.gone.then(() => {
        resolve(undefined);
      });
      this.#say(question);
    });
  }

  #say(message: ToWorker): void {
    this.#started.send(message);
  }

  #hear(message: FromWorker): void {
    this.heard = true;
    if (message.type === 'progress' || message.type === 'metric') this.#listener(message);
    else if (message.type === 'end') this.#ended(message.end);
    this.#answered(message);
  }
}
