import type { Screen } from './progress-printer.js';

/** Without a terminal, a line a quarter. */
const PLAIN_PARTS = 4;

/** Prints how far work without tasks is: over one line on a terminal, plain lines elsewhere. */
export class StepPrinter {
  readonly #screen: Screen;
  readonly #printed = new Map<string, number>();
  #overwritable = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  readonly hear = (what: string, done: number, total: number): void => {
    const text = `${what}: ${done} of ${total}`;
    if (this.#screen.isTTY) {
      this.#screen.write(`\r\u001b[K${text}`);
      this.#overwritable = true;
      return;
    }
    const part = Math.floor((PLAIN_PARTS * done) / total);
    if (part <= (this.#printed.get(what) ?? 0)) return;
    this.#printed.set(what, part);
    this.#screen.write(`${text}\n`);
  };

  /** Leaves the line that is written over. */
  end(): void {
    if (this.#overwritable) this.#screen.write('\r\u001b[K');
    this.#overwritable = false;
  }
}
