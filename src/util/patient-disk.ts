/**
 * A {@link Disk} that does again what may have failed by chance, as on a network file system whose server was away for
 * a moment. Only what comes to the same when it is done twice: a write is of a whole file (so that after a failed sync
 * its bytes are written anew, not only synced), and of a rename it is looked at whether the failed try has done it.
 * Appending to a log is not: a part of the text may stand there already.
 */
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Disk, type DiskLog, errorCode, isMissing, type Lease } from './disk.js';

/** What a file server that comes back, or a file that is opened anew, ends. */
const PASSING = new Set('EAGAIN EBUSY EHOSTDOWN EINTR EIO EREMOTEIO ESTALE ETIMEDOUT'.split(' '));

/** Before each further try, ms. */
export const PAUSES_MS: readonly number[] = [100, 500, 2000, 5000];

export class PatientDisk extends Disk {
  readonly #inner: Disk;
  readonly #pause: (ms: number) => Promise<unknown>;

  /** @param pause returns after so many ms */
  constructor(inner: Disk, pause: (ms: number) => Promise<unknown> = delay) {
    super();
    this.#inner = inner;
    this.#pause = pause;
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.#try(() => this.#inner.readFile(path));
  }

  /** Another try begins at the start of the file, and passes over what has been given. */
  override async *readParts(path: string): AsyncGenerator<Uint8Array, void, undefined> {
    let given = 0;
    for (let tries = 1; ; tries++) {
      let at = 0;
      try {
        for await (const part of this.#inner.readParts(path)) {
          const rest = part.subarray(Math.max(0, given - at));
          at += part.length;
          if (rest.length === 0) continue;
          given = at;
          yield rest;
        }
        return;
      } catch (error) {
        await this.#after(error, tries);
      }
    }
  }

  async writeFile(path: string, bytes: Uint8Array | string): Promise<void> {
    await this.#try(() => this.#inner.writeFile(path, bytes));
  }

  /** A new log that a failed try has made is somebody else's to the next one (`EEXIST`). */
  async openLog(path: string, mustBeNew: boolean): Promise<DiskLog> {
    return this.#try(() => this.#inner.openLog(path, mustBeNew));
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#try(() => this.#inner.makeDirectory(path));
  }

  async list(path: string): Promise<string[]> {
    return this.#try(() => this.#inner.list(path));
  }

  async rename(from: string, to: string): Promise<boolean> {
    return this.#try(async (tries) => {
      try {
        return await this.#inner.rename(from, to);
      } catch (error) {
        const isDone = tries > 1 && isMissing(error) && (await this.#isThere(to));
        if (!isDone) throw error;
        await this.#inner.syncDirectory(dirname(to));
        return true;
      }
    });
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#try(() => this.#inner.syncDirectory(path));
  }

  async remove(path: string): Promise<void> {
    await this.#try(() => this.#inner.remove(path));
  }

  lease(path: string): Lease {
    const lease = this.#inner.lease(path);
    return {
      holder: () => this.#try(() => lease.holder()),
      release: () => this.#try(() => lease.release()),
      take: () =>
        this.#try(async (tries) => {
          // A failed try may have taken it, and would look as if another part of this process had it.
          if (tries > 1) await lease.release();
          return lease.take();
        }),
    };
  }

  async #isThere(path: string): Promise<boolean> {
    return (await this.#inner.list(dirname(path))).includes(basename(path));
  }

  /** @param work told which try it is, from 1 */
  async #try<T>(work: (tries: number) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work(tries);
      } catch (error) {
        await this.#after(error, tries);
      }
    }
  }

  /** Returns when it is time for the next try. @throws the error if there is to be none */
  async #after(error: unknown, tries: number): Promise<void> {
    const code = errorCode(error);
    if (code === undefined || !PASSING.has(code)) throw error;
    const pause = PAUSES_MS[tries - 1];
    if (pause === undefined) {
      (error as Error).message += `, tried ${tries} times`;
      throw error;
    }
    await this.#pause(pause);
  }
}
