/** A disk that fails on purpose: at the nth operation that changes it, and from then on if it `stays` broken. */
import { Disk, type DiskLog, type Lease } from '../../src/util/disk.js';
import { diskError } from './memory-disk.js';

export interface Fault {
  /** From 1; the operations are counted in {@link FailingDisk.operations}. */
  readonly at: number;
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS' | 'EACCES' | 'ESTALE' | 'ETIMEDOUT';
  /** What has happened on the disk when the error comes: nothing, half of a write, or all of it. */
  readonly done: 'nothing' | 'half' | 'all';
  /** Whether all that follows fails too, as after a loss of power. */
  readonly stays: boolean;
}

export class FailingDisk extends Disk {
  /** Names of the operations so far. */
  readonly operations: string[] = [];
  fault: Fault | undefined;
  readonly #inner: Disk;

  constructor(inner: Disk, fault?: Fault) {
    super();
    this.#inner = inner;
    this.fault = fault;
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#inner.readFile(path);
  }

  override readParts(path: string): AsyncIterable<Uint8Array> {
    return this.#inner.readParts(path);
  }

  lease(path: string): Lease {
    const lease = this.#inner.lease(path);
    return {
      holder: () => lease.holder(),
      take: () => this.#change('take', path, () => lease.take()),
      release: () => lease.release(),
    };
  }

  list(path: string): Promise<string[]> {
    return this.#inner.list(path);
  }

  async writeFile(path: string, bytes: Uint8Array | string): Promise<void> {
    const half = () => this.#inner.writeFile(path, bytes.slice(0, bytes.length >> 1));
    await this.#change('writeFile', path, () => this.#inner.writeFile(path, bytes), half);
  }

  async openLog(path: string, mustBeNew: boolean): Promise<DiskLog> {
    const log = await this.#change('openLog', path, () => this.#inner.openLog(path, mustBeNew));
    return {
      append: (text) =>
        this.#change(
          'append',
          path,
          () => log.append(text),
          () => log.append(text.slice(0, text.length >> 1)),
        ),
      sync: () => this.#change('sync', path, () => log.sync()),
      close: () => log.close(),
    };
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#change('makeDirectory', path, () => this.#inner.makeDirectory(path));
  }

  async rename(from: string, to: string): Promise<boolean> {
    return this.#change('rename', to, () => this.#inner.rename(from, to));
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#change('syncDirectory', path, () => this.#inner.syncDirectory(path));
  }

  async remove(path: string): Promise<void> {
    await this.#change('remove', path, () => this.#inner.remove(path));
  }

  async #change<T>(
    name: string,
    path: string,
    work: () => Promise<T>,
    half?: () => Promise<unknown>,
  ): Promise<T> {
    this.operations.push(name);
    const { fault, operations } = this;
    if (!fault || operations.length < fault.at || (operations.length > fault.at && !fault.stays))
      return work();
    const first = operations.length === fault.at;
    if (first && fault.done === 'all') await work();
    if (first && fault.done === 'half') await half?.();
    throw diskError(fault.code, name, path);
  }
}
