/** Bytes that are read from the first to the last: of an open file or of a stream. */
import type { FileHandle } from 'node:fs/promises';

export interface ByteReader {
  /** Bytes that are behind. */
  readonly position: number;
  /** The next bytes; fewer than asked for only at the end. */
  read(bytes: number): Promise<Uint8Array>;
  /** Leaves bytes out. @returns how many there were; fewer than asked for only at the end */
  skip(bytes: number): Promise<number>;
}

/** A part of a file; what is left out costs nothing. */
export class FileReader implements ByteReader {
  readonly #file: FileHandle;
  readonly #start: number;
  readonly #length: number;
  #position = 0;

  /** @param start byte of the file at which the part begins @param length of the part in bytes */
  constructor(file: FileHandle, start: number, length: number) {
    this.#file = file;
    this.#start = start;
    this.#length = length;
  }

  get position(): number {
    return this.#position;
  }

  async read(bytes: number): Promise<Uint8Array> {
    const room = Buffer.alloc(Math.min(bytes, this.#length - this.#position));
    let filled = 0;
    while (filled < room.length) {
      const at = this.#start + this.#position + filled;
      const { bytesRead } = await this.#file.read(room, filled, room.length - filled, at);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#position += filled;
    return room.subarray(0, filled);
  }

  skip(bytes: number): Promise<number> {
    const skipped = Math.min(bytes, this.#length - this.#position);
    this.#position += skipped;
    return Promise.resolve(skipped);
  }
}

/** What comes in parts of any length, e.g. out of gunzip. */
export class StreamReader implements ByteReader {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  get position(): number {
    return this.#position;
  }

  async read(bytes: number): Promise<Uint8Array> {
    const taken: Uint8Array[] = [];
    for (let left = bytes; left > 0;) {
      const part = await this.#next(left);
      if (!part) break;
      taken.push(part);
      left -= part.length;
    }
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken);
  }

  async skip(bytes: number): Promise<number> {
    let skipped = 0;
    while (skipped < bytes) {
      const part = await this.#next(bytes - skipped);
      if (!part) break;
      skipped += part.length;
    }
    return skipped;
  }

  /** Lets go of where the bytes come from, if that has not ended. */
  async close(): Promise<void> {
    await this.#parts.return?.();
  }

  /** At least one byte and at most so many; undefined at the end. */
  async #next(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#parts.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    this.#position += part.length;
    return part;
  }
}
