/** An artifact's files as a worker sees them: inputs are checked when they are read, outputs written into the attempt. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Execution } from '../plan/execution.js';
import { DamagedArtifactError } from '../run/artifact-store.js';
import type { ArtifactReader, ArtifactWriter } from '../run/stage.js';
import { UserError } from '../util/user-error.js';
import { digestBytes } from '../util/digest.js';
import { type Disk, isMissing } from '../util/disk.js';

/** Files of one execution, each compared with the manifest as it is read. */
export class DirectoryReader implements ArtifactReader {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #execution: Execution;

  constructor(disk: Disk, directory: string, execution: Execution) {
    this.#disk = disk;
    this.#directory = directory;
    this.#execution = execution;
  }

  async read(file: string): Promise<Uint8Array> {
    const expected = this.#digestOf(file);
    let bytes: Uint8Array;
    try {
      bytes = await this.#disk.readFile(this.#path(file));
    } catch (error) {
      throw this.#gone(file, error);
    }
    this.#check(file, expected, digestBytes(bytes));
    return bytes;
  }

  async *readParts(file: string): AsyncGenerator<Uint8Array, void, undefined> {
    const expected = this.#digestOf(file);
    const hash = createHash('sha256');
    try {
      for await (const part of this.#disk.readParts(this.#path(file))) {
        hash.update(part);
        yield part;
      }
    } catch (error) {
      throw this.#gone(file, error);
    }
    this.#check(file, expected, hash.digest('hex'));
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }

  #digestOf(file: string): string {
    const record = this.#execution.files[file];
    if (!record) throw new Error(`Internal error: a ${this.#execution.kind} artifact has no file "${file}"`);
    return record.sha256;
  }

  /** What to throw where reading has failed: a file that is not there is damage, all else the disk's matter. */
  #gone(file: string, error: unknown): unknown {
    if (!isMissing(error)) return error;
    return new DamagedArtifactError(`${this.#path(file)} is gone`, this.#execution, { cause: error });
  }

  #check(file: string, expected: string, found: string): void {
    if (found !== expected)
      throw new DamagedArtifactError(`${this.#path(file)} is not what was stored`, this.#execution);
  }
}

export class DirectoryWriter implements ArtifactWriter {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** @throws for a name that would lie elsewhere: stages of plugins choose theirs */
  async write(file: string, bytes: Uint8Array | string): Promise<void> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(file) || file === 'manifest.json')
      throw new UserError(`A stage may not write a file "${file}": letters, digits, ".", "_" and "-" only.`);
    await this.#disk.writeFile(join(this.#directory, file), bytes);
  }
}
