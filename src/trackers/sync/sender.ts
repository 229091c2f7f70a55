/** Delivers one journal as it grows, for as long as there is anything to wait for. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeadHere, isSeenHere } from '../../util/process-identity.js';
import { segmentName } from '../journal-record.js';
import { MlflowError } from '../mlflow/mlflow-error.js';
import { chance } from '../mlflow/retry.js';
import { Delivery, type DeliveryOptions } from './delivery.js';
import { type Followed, JournalFollower } from './journal-follower.js';
import { fileClock } from '../../util/file-lease.js';

export interface SenderOptions extends DeliveryOptions {
  /** Absolute folder of the journal. */
  readonly journal: string;
  /** Told when the state changes. */
  readonly onState?: (state: SenderState) => void;
}

export type SenderState =
  /** All that is in the journal now is on the server, but for what it does not take. */
  | {
      readonly type: 'level';
      readonly records: number;
      readonly problems: readonly string[];
      /** Whether nothing more will come: the journal is closed. */
      readonly isLast: boolean;
    }
  | { readonly type: 'behind'; readonly records: number }
  /** The server does not take it now; it is tried again. */
  | { readonly type: 'waiting'; readonly records: number; readonly reason: string };

/** Between two looks at a journal that is level, ms. */
const LOOK_MS = 1000;

/** Of a segment whose writer cannot be seen, ms. */
const SILENCE_MS = 600_000;

/** The longest pause between two tries, ms. */
const MAX_WAIT_MS = 30_000;

export class Sender {
  readonly #options: SenderOptions;
  readonly #follower: JournalFollower;
  /** What was read and has not been delivered: an error came in between. */
  #pending: readonly Followed[] = [];
  readonly delivery: Delivery;
  #records = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#follower = new JournalFollower(options.journal);
    this.delivery = new Delivery(options);
  }

  /** Records that have been delivered. */
  get records(): number {
    return this.#records;
  }

  /**
   * Delivers what is there now.
   * @throws MlflowError where the server does not take it after the client's retries
   */
  async catchUp(): Promise<void> {
    await this.#whatIsThere((records) => this.delivery.deliver(records));
    await this.delivery.settle(this.#isGone);
  }

  /**
   * Goes on until `finish` is aborted and all that is there has been delivered, or `stop` is.
   * @throws MlflowError for what no waiting mends
   */
  async follow(signals: { readonly finish: AbortSignal; readonly stop: AbortSignal }): Promise<void> {
    try {
      await this.#follow(signals);
    } catch (error) {
      if (!signals.stop.aborted) throw error;
    }
  }

  async #follow({ finish, stop }: { finish: AbortSignal; stop: AbortSignal }): Promise<void> {
    const either = AbortSignal.any([finish, stop]);
    for (let isLast = false; !isLast;) {
      isLast = finish.aborted;
      await this.#whatIsThere((records) => this.#insist(() => this.delivery.deliver(records), stop));
      await this.#insist(() => this.delivery.settle(this.#isGone), stop);
      this.#say({ type: 'level', records: this.#records, problems: [...this.delivery.problems], isLast });
      if (!isLast) await pause(LOOK_MS, undefined, { signal: either }).catch(() => undefined);
      stop.throwIfAborted();
    }
  }

  async #whatIsThere(deliver: (records: readonly Followed[]) => Promise<void>): Promise<void> {
    for (;;) {
      if (this.#pending.length === 0) this.#pending = await this.#follower.next();
      if (this.#pending.length === 0) return;
      this.#say({ type: 'behind', records: this.#records });
      await deliver(this.#pending);
      this.#records += this.#pending.length;
      this.#pending = [];
    }
  }

  /** A writer that cannot be seen from here counts as gone after a silence: what runs is sampled every ten seconds. */
  readonly #isGone = async (writer: string, segment: number): Promise<boolean> => {
    if (isSeenHere(writer)) return isDeadHere(writer);
    const path = join(this.#options.journal, segmentName(segment));
    const { mtimeMs } = await stat(path);
    return (await fileClock(path)) - mtimeMs > SILENCE_MS;
  };

  /** Until it is done: a server may be away for hours. */
  async #insist(work: () => Promise<void>, stop: AbortSignal): Promise<void> {
    for (let tries = 0; ; tries++) {
      stop.throwIfAborted();
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof MlflowError) || !error.facts.mayPass) throw error;
        this.#say({ type: 'waiting', records: this.#records, reason: error.message });
        const growing = Math.min(MAX_WAIT_MS, 500 * 2 ** Math.min(tries, 10)) * (0.5 + chance() / 2);
        // What the server asks for is waited for whole.
        const wait = Math.max(growing, Math.min(MAX_WAIT_MS, error.facts.retryAfterMs ?? 0));
        await pause(wait, undefined, { signal: stop });
      }
    }
  }

  #say(state: SenderState): void {
    this.#options.onState?.(state);
  }
}
