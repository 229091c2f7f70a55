/**
 * A file that says who does something, so that others need not do it twice. Broken at once where its owner can be seen
 * to be dead, and after two minutes of silence by the file server's clock where it cannot.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { isMissing, type Lease } from './disk.js';
import { isDeadHere, isSeenHere, ownName } from './process-identity.js';

/** How often the owner says that it lives, and after which silence it counts as gone where its death cannot be seen, ms. */
const TOUCH_MS = 10_000;
const STALE_MS = 120_000;

export class FileLease implements Lease {
  readonly #path: string;
  #timer: NodeJS.Timeout | undefined;

  /** @param path absolute; its folder must be there */
  constructor(path: string) {
    this.#path = path;
  }

  /** @returns undefined once it is ours; else the name of who has it */
  async take(): Promise<string | undefined> {
    for (;;) {
      if (await this.#create()) return undefined;
      const owner = await this.#owner();
      if (owner === undefined) continue;
      if (!(await this.#isGone(owner))) return owner;
      await this.#moveAside(owner);
    }
  }

  /** Who has it and lives; undefined if nobody does. */
  async holder(): Promise<string | undefined> {
    // Files beside it are those of somebody who is taking it.
    if (/\.[0-9a-f]{8}$/.test(this.#path)) return undefined;
    const owner = await this.#owner();
    return owner === undefined || (await this.#isGone(owner)) ? undefined : owner;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if ((await this.#owner()) === ownName()) await rm(this.#path, { force: true });
  }

  /** Of several that see it gone, one moves it away; what somebody else has put there meanwhile is put back. */
  async #moveAside(owner: string): Promise<void> {
    const aside = `${this.#path}.${ownName()}.${randomUUID().slice(0, 8)}`;
    try {
      await rename(this.#path, aside);
    } catch (error) {
      ignoreMissing(error);
      return;
    }
    const moved = await readFile(aside, 'utf8');
    // A third one may have taken the name in between: of the two that then have it, one finds its own gone at the end.
    if (moved !== owner) await link(aside, this.#path).catch(() => undefined);
    await rm(aside, { force: true });
  }

  async #create(): Promise<boolean> {
    const beside = `${this.#path}.${ownName()}.${randomUUID().slice(0, 8)}`;
    await writeFile(beside, ownName());
    try {
      // With its content at once, and only where there is none.
      await link(beside, this.#path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(beside, { force: true });
    }
    this.#timer = setInterval(() => {
      void this.#touch().catch(() => undefined);
    }, TOUCH_MS);
    this.#timer.unref();
    return true;
  }

  /** By the file server's clock, by which others judge it. */
  async #touch(): Promise<void> {
    const now = new Date(await fileClock(this.#path));
    await utimes(this.#path, now, now);
  }

  async #owner(): Promise<string | undefined> {
    return readFile(this.#path, 'utf8').catch(ignoreMissing);
  }

  async #isGone(owner: string): Promise<boolean> {
    if (isSeenHere(owner)) return isDeadHere(owner);
    const touched = await stat(this.#path).catch(ignoreMissing);
    return touched === undefined || (await fileClock(this.#path)) - touched.mtimeMs > STALE_MS;
  }
}

/** The time of the file server, which may be another than ours, ms. */
export async function fileClock(beside: string): Promise<number> {
  const probe = `${beside}.clock.${randomUUID().slice(0, 8)}`;
  await writeFile(probe, '');
  const { mtimeMs } = await stat(probe);
  await rm(probe, { force: true });
  return mtimeMs;
}

function ignoreMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
