/** {@link Disk} in memory: the second implementation of the port. Folders stand in the map with no bytes. */
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { Disk, type DiskLog, type Lease } from '../../src/util/disk.js';

export class MemoryDisk extends Disk {
  readonly #entries = new Map<string, Buffer | undefined>([['/', undefined]]);

  readFile(path: string): Promise<Uint8Array> {
    const bytes = this.#entries.get(path);
    if (bytes) return Promise.resolve(bytes);
    return Promise.reject(diskError(this.#entries.has(path) ? 'EISDIR' : 'ENOENT', 'open', path));
  }

  writeFile(path: string, bytes: Uint8Array | string): Promise<void> {
    if (!this.#entries.has(dirname(path))) return Promise.reject(diskError('ENOENT', 'open', path));
    this.#entries.set(path, Buffer.from(bytes as Uint8Array));
    return Promise.resolve();
  }

  async openLog(path: string, mustBeNew: boolean): Promise<DiskLog> {
    if (mustBeNew && this.#entries.has(path)) throw diskError('EEXIST', 'open', path);
    if (!this.#entries.has(path)) await this.writeFile(path, '');
    return {
      append: (text) => this.writeFile(path, Buffer.concat([this.#entries.get(path)!, Buffer.from(text)])),
      sync: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  async makeDirectory(path: string): Promise<void> {
    if (this.#entries.get(path)) throw diskError('EEXIST', 'mkdir', path);
    if (this.#entries.has(path)) return;
    await this.makeDirectory(dirname(path));
    this.#entries.set(path, undefined);
  }

  list(path: string): Promise<string[]> {
    return Promise.resolve(this.#namesIn(path));
  }

  rename(from: string, to: string): Promise<boolean> {
    if (!this.#entries.has(from) || !this.#entries.has(dirname(to)))
      return Promise.reject(diskError('ENOENT', 'rename', from));
    if (this.#namesIn(to).length > 0) return Promise.resolve(false);
    for (const [path, bytes] of [...this.#entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#entries.delete(path);
      this.#entries.set(to + path.slice(from.length), bytes);
    }
    return Promise.resolve(true);
  }

  syncDirectory(path: string): Promise<void> {
    return this.#entries.has(path) ? Promise.resolve() : Promise.reject(diskError('ENOENT', 'open', path));
  }

  remove(path: string): Promise<void> {
    for (const entry of [...this.#entries.keys()])
      if (entry === path || entry.startsWith(`${path}/`)) this.#entries.delete(entry);
    return Promise.resolve();
  }

  lease(path: string): Lease {
    const holder = () => Promise.resolve(this.#entries.get(path)?.toString());
    return {
      holder,
      take: async () => {
        const owner = await holder();
        if (owner === undefined) this.#entries.set(path, Buffer.from('this process'));
        return owner;
      },
      release: () => this.remove(path),
    };
  }

  #namesIn(path: string): string[] {
    return [...this.#entries.keys()]
      .filter((entry) => entry !== path && dirname(entry) === path)
      .map((entry) => entry.slice(path.length + 1))
      .sort();
  }
}

/** As Node words it, which has no name for a file handle that the server knows no more. */
export function diskError(name: string, syscall: string, path: string): Error {
  const code = name === 'ESTALE' ? `Unknown system error -${constants.errno.ESTALE}` : name;
  const errno = -(constants.errno as Readonly<Record<string, number>>)[name]!;
  const message = `${code}: made by a test, ${syscall} '${path}'`;
  return Object.assign(new Error(message), { code, errno, syscall, path });
}
