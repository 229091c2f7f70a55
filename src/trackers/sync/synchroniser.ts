/** Delivers what is in one journal, and proves that it arrived; again and again, if wanted. */
import { Sender, type SenderOptions } from './sender.js';
import type { FileLease } from '../../util/file-lease.js';
import { senderLock } from './sender-lock.js';
import { verify, type Verified } from './verify.js';

export interface Synchronised extends Verified {
  /** Of the journal, so far. */
  readonly records: number;
  /** Whether a task that was done before has no run on the server that made it. */
  readonly hasOpenLinks: boolean;
  /** What the server does not take, files that are gone, and what is still wrong after a second delivery. */
  readonly problems: readonly string[];
}

export interface SynchroniserOptions extends SenderOptions {
  /** Whether what was found whole before is read back too. */
  readonly everything?: boolean;
}

export class Synchroniser {
  readonly #options: SynchroniserOptions;
  readonly #lock: FileLease;
  #sender: Sender;
  /** What a second delivery did not mend. */
  #unmended = '';

  constructor(options: SynchroniserOptions) {
    this.#options = options;
    this.#lock = senderLock(options.journal, options.client.url);
    this.#sender = new Sender(options);
  }

  /**
   * Delivers what has come since the last round, and reads back what has ended since.
   * @param links whether what was made elsewhere is looked for again: another journal may have brought it
   * @returns undefined while another process delivers this journal
   * @throws MlflowError where the server does not take it now
   */
  async round(links = false): Promise<Synchronised | undefined> {
    if ((await this.#lock.take()) !== undefined) return undefined;
    try {
      const first = await this.#deliverAndVerify(links);
      if (first.wrong.size === 0 || wordsOf(first.wrong) === this.#unmended) return withWrong(first);
      // What a server lost after it had answered is sent again, whole.
      this.#sender = new Sender({ ...this.#options, again: new Set(first.wrong.keys()) });
      const second = await this.#deliverAndVerify(links);
      this.#unmended = wordsOf(second.wrong);
      return withWrong(second);
    } finally {
      await this.#lock.release();
    }
  }

  async #deliverAndVerify(links: boolean): Promise<Synchronised> {
    await this.#sender.catchUp();
    const { client, everything = false } = this.#options;
    const { delivery } = this.#sender;
    if (links) await delivery.settleLinks();
    const verified = await verify(client, delivery, everything);
    return {
      ...verified,
      hasOpenLinks: delivery.hasOpenLinks,
      records: this.#sender.records,
      problems: [...delivery.problems],
    };
  }
}

function withWrong(done: Synchronised): Synchronised {
  return { ...done, problems: [...done.problems, ...done.wrong.values()] };
}

function wordsOf(wrong: ReadonlyMap<string, string>): string {
  return [...wrong.values()].join('\n');
}
