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
  /** Whether what was found whole before is read back too. */
  readonly everything?: boolean;
}

export class SyncRounds {
  readonly #target: SyncTarget;
  readonly #synchronisers = new Map<string, Synchroniser>();
  /** What was said last of each journal: it is not repeated. */
  readonly #said = new Map<string, string>();
  /** Records that each journal had at the last round. */
  readonly #records = new Map<string, number>();
  /** Whether any had more in this round than at the one before. */
  #hasAdvanced = false;
  /** Whether another process delivered one of the journals in the last round. */
  #isTaken = false;

  constructor(target: SyncTarget) {
    this.#target = target;
  }

  /** @returns whether the server has all of it */
  async round(names: readonly string[], signal: AbortSignal): Promise<boolean> {
    this.#isTaken = false;
    const open = new Map<string, Synchronised>();
    let isWhole = true;
    for (const name of names) {
      const done = await this.#one(name, signal, false);
      if (done?.hasOpenLinks) open.set(name, done);
      else isWhole = this.#tell(name, done) && isWhole;
    }
    // What one journal brought, another may refer to.
    const tryLinks = this.#hasAdvanced;
    this.#hasAdvanced = false;
    for (const [name, first] of open) {
      const done = tryLinks ? await this.#one(name, signal, true) : first;
      isWhole = this.#tell(name, done) && isWhole;
    }
    return isWhole;
  }

  /** @returns undefined where it was not delivered: another process does, the server does not answer, or Ctrl-C */
  async #one(name: string, signal: AbortSignal, links: boolean): Promise<Synchronised | undefined> {
    if (isAborted(signal)) return undefined;
    try {
      const done = await this.#synchroniser(name).round(links);
      this.#isTaken ||= done === undefined;
      if (done && done.records !== this.#records.get(name)) this.#hasAdvanced = true;
      if (done) this.#records.set(name, done.records);
      if (!done) this.#say(name, 'another process delivers it just now');
      return done;
    } catch (error) {
      // What is aborted ends in an error too.
      if (isAborted(signal)) return undefined;
      if (!(error instanceof MlflowError)) throw error;
      this.#say(name, `not delivered. ${error.message}`);
      return undefined;
    }
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
    const { client, runs, experiment, everything } = this.#target;
    const options = {
      ...{ client, experiment, runsDirectory: runs.path, journal: runs.journal(name) },
      ...(everything !== undefined && { everything }),
    };
    const made = new Synchroniser(options);
    this.#synchronisers.set(name, made);
    return made;
  }

  /** @returns whether the server has all of it; what was not delivered has been told */
  #tell(name: string, done: Synchronised | undefined): boolean {
    if (done) this.#say(name, textOf(done, this.#target.client.url));
    return done?.problems.length === 0;
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

function textOf(done: Synchronised, url: string): string {
  const { runs, points, files, problems } = done;
  const counts = `${runs} runs, ${points} points, ${files} files`;
  if (problems.length > 0)
    return [`${counts}; not as they should be on ${url}:`, ...problems.map((problem) => `  ${problem}`)].join(
      '\n',
    );
  const before = runs - done.readNow - done.open;
  const remarks = [
    ...(before > 0 ? [`${before} of the runs read back before`] : []),
    ...(done.open > 0 ? [`${done.open} not ended yet`] : []),
    ...(done.deleted > 0 ? [`${done.deleted} more deleted there`] : []),
  ];
  return `${counts}: read back from ${url}, all there${remarks.length > 0 ? ` (${remarks.join(', ')})` : ''}`;
}
