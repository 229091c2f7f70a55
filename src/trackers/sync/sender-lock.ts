/** Keeps two senders from delivering one journal at once: that would do no harm, but the work twice. */
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../util/disk.js';
import { isDeadHere, ownName } from '../../util/process-identity.js';

const FILE = 'sender';

/** How often the owner says that it lives, and after which silence it counts as gone where that cannot be seen, ms. */
const TOUCH_MS = 10_000;
const STALE_MS = 120_000;

export class SenderLock {
  readonly #path: string;
  #timer: NodeJS.Timeout | undefined;

  /** @param folder absolute, of the journal */
  constructor(folder: string) {
    this.#path = join(folder, FILE);
  }

  /** @returns undefined once it is ours; else the name of who has it */
  async take(): Promise<string | undefined> {
    for (;;) {
      if (await this.#create()) return undefined;
      const owner = await this.#owner();
      if (owner === undefined) continue;
      if (!(await this.#isGone(owner))) return owner;
      // Of several that see it gone, one moves it away.
      const aside = `${this.#path}.${ownName()}`;
      await rename(this.#path, aside).catch(ignoreMissing);
      await rm(aside, { force: true });
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if ((await this.#owner()) === ownName()) await rm(this.#path, { force: true });
  }

  async #create(): Promise<boolean> {
    try {
      const file = await open(this.#path, 'wx');
      await file.writeFile(ownName());
      await file.close();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
    this.#timer = setInterval(() => {
      const now = new Date();
      void utimes(this.#path, now, now).catch(() => undefined);
    }, TOUCH_MS);
    this.#timer.unref();
    return true;
  }

  async #owner(): Promise<string | undefined> {
    return readFile(this.#path, 'utf8').catch(ignoreMissing);
  }

  async #isGone(owner: string): Promise<boolean> {
    if (owner !== '' && isDeadHere(owner)) return true;
    const touched = await stat(this.#path).catch(ignoreMissing);
    return touched === undefined || Date.now() - touched.mtimeMs > STALE_MS;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
