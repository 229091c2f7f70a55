/** Delivers what is in one journal, and proves that it arrived; again and again, if wanted. */
import { Sender, type SenderOptions } from './sender.js';
import { SenderLock } from './sender-lock.js';
import { verify, type Verified } from './verify.js';

export interface Synchronised extends Verified {
  /** What the server does not take, files that are gone, and what is still wrong after a second delivery. */
  readonly problems: readonly string[];
}

export class Synchroniser {
  readonly #options: SenderOptions;
  readonly #lock: SenderLock;
  #sender: Sender;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#lock = new SenderLock(options.journal, options.client.url);
    this.#sender = new Sender(options);
  }

  /**
   * Delivers what has come since the last round, and reads back what has ended since.
   * @returns undefined while another process delivers this journal
   * @throws MlflowError where the server does not take it now
   */
  async round(): Promise<Synchronised | undefined> {
    if ((await this.#lock.take()) !== undefined) return undefined;
    try {
      const first = await this.#deliverAndVerify();
      if (first.wrong.size === 0) return first;
      // What a server lost after it had answered is sent again, whole.
      this.#sender = new Sender({ ...this.#options, again: new Set(first.wrong.keys()) });
      const second = await this.#deliverAndVerify();
      const left = [...second.wrong].map(([key, what]) => `${key}: ${what}`);
      return { ...second, problems: [...second.problems, ...left] };
    } finally {
      await this.#lock.release();
    }
  }

  async #deliverAndVerify(): Promise<Synchronised> {
    await this.#sender.catchUp();
    const verified = await verify(this.#options.client, this.#sender.delivery);
    return { ...verified, problems: [...this.#sender.delivery.problems] };
  }
}
