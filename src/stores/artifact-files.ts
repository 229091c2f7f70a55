/** An artifact's files as a worker sees them: inputs are checked when they are read, outputs written into the attempt. */
import { join } from 'node:path';
import type { Execution } from '../plan/execution.js';
import { DamagedArtifactError } from '../run/artifact-store.js';
import type { ArtifactReader, ArtifactWriter } from '../run/stage.js';
import { digestBytes } from '../util/digest.js';
import { type Disk, isMissing } from '../util/disk.js';

/**
 * Reads one file of an artifact and compares it with the manifest.
 * @throws DamagedArtifactError if it is missing or differs
 */
export async function readChecked(
  disk: Disk,
  directory: string,
  execution: Execution,
  file: string,
): Promise<Uint8Array> {
  const record = execution.files[file];
  if (!record) throw new Error(`Internal error: a ${execution.kind} artifact has no file "${file}"`);
  let bytes: Uint8Array;
  try {
    bytes = await disk.readFile(join(directory, file));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new DamagedArtifactError(`${join(directory, file)} is gone`, execution, { cause: error });
  }
  if (digestBytes(bytes) !== record.sha256) {
    throw new DamagedArtifactError(`${join(directory, file)} is not what was stored`, execution);
  }
  return bytes;
}

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
    return readChecked(this.#disk, this.#directory, this.#execution, file);
  }
}

export class DirectoryWriter implements ArtifactWriter {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  async write(file: string, bytes: Uint8Array | string): Promise<void> {
    await this.#disk.writeFile(join(this.#directory, file), bytes);
  }
}
