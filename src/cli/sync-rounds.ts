/** Rounds of delivery over the journals of a store, each told in a line. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RunsDirectory } from '../run/runs-directory.js';
import type { MlflowClient } from '../trackers/mlflow/client.js';
import { DEFAULT_RETRY, type RetryPolicy } from '../trackers/mlflow/retry.js';
import { MlflowError } from '../trackers/mlflow/mlflow-error.js';
import { type Synchronised, Synchroniser } from '../trackers/sync/synchroniser.js';

/** Between two rounds, ms. */
const ROUND_MS = 5000;

/** As long as a sender goes on whose run is gone, ms. */
const PATIENCE_MS = 70_000;

/** Tries again as the client does, and says so: once of each trouble, until another comes. */
export function patiently(): RetryPolicy {
  let said = '';
  return {
    ...DEFAULT_RETRY,
    onRetry: ({ message }) => {
      if (message === said) return;
      said = message;
      console.error(`${message}; trying again`);
    },
  };
}

export interface SyncTarget {
  readonly client: MlflowClient;
  readonly runs: RunsDirectory;
  /** On the server, in place of the journals' own names. */
  readonly experiment: string | undefined;
}

/** Aborted by Ctrl-C, or by who else ends us. */
export function untilStopped(): AbortController {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stop.abort();
    });
  return stop;
}

export class SyncRounds {
  readonly #target: SyncTarget;
  readonly #synchronisers = new Map<string, Synchroniser>();
  /** What was said last of each journal: it is not repeated. */
  readonly #said = new Map<string, string>();
  /** Whether another process delivered one of the journals in the last round. */
  #isTaken = false;

  constructor(target: SyncTarget) {
    this.#target = target;
  }

  /** @returns whether the server has all of it */
  async round(names: readonly string[], signal: AbortSignal): Promise<boolean> {
    let isWhole = true;
    this.#isTaken = false;
    for (const name of names) {
      if (signal.aborted) return false;
      try {
        const done = await this.#synchroniser(name).round();
        isWhole &&= done?.problems.length === 0;
        this.#isTaken ||= done === undefined;
        this.#say(name, textOf(done, this.#target.client.url));
      } catch (error) {
        // What is aborted ends in an error too.
        if (isAborted(signal)) return false;
        if (!(error instanceof MlflowError)) throw error;
        isWhole = false;
        this.#say(name, `not delivered. ${error.message}`);
      }
    }
    return isWhole;
  }

  /** One round in which a journal that another process delivers is waited for: that one may be about to end. */
  async patientRound(names: readonly string[], signal: AbortSignal): Promise<boolean> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const isWhole = await this.round(names, signal);
      if (isWhole || !this.#isTaken || signal.aborted || Date.now() > until) return isWhole;
      await pause(1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Rounds until the signal. */
  async watch(names: () => Promise<readonly string[]>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round(await names(), signal);
      await pause(ROUND_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #synchroniser(name: string): Synchroniser {
    const known = this.#synchronisers.get(name);
    if (known) return known;
    const { client, runs, experiment } = this.#target;
    const options = { client, runsDirectory: runs.path, journal: runs.journal(name), experiment };
    const made = new Synchroniser(options);
    this.#synchronisers.set(name, made);
    return made;
  }

  #say(name: string, text: string): void {
    if (this.#said.get(name) === text) return;
    this.#said.set(name, text);
    console.log(`${name}: ${text}`);
  }
}

/** It changes behind the compiler's back. */
function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}

function textOf(done: Synchronised | undefined, url: string): string {
  if (!done) return 'another process delivers it just now';
  const { runs, points, files, problems } = done;
  const counts = `${runs} runs, ${points} points, ${files} files`;
  if (problems.length === 0) return `${counts}: read back from ${url}, all there`;
  return [`${counts}; not on ${url}:`, ...problems.map((problem) => `  ${problem}`)].join('\n');
}
