import { createHash } from 'node:crypto';

/** Words of 32 bits in one SHA-256 block. */
const WORDS = 8;

/**
 * Random numbers that are a function of a key alone: word i is taken from sha256(key, i div 8), so the same
 * key gives the same numbers on every machine, in any order of images.
 */
export class Draws {
  readonly #key: string;
  #block: Buffer = Buffer.alloc(0);
  #next = 0;

  constructor(...key: readonly string[]) {
    this.#key = JSON.stringify(key);
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  unit(): number {
    const word = this.#next % WORDS;
    if (word === 0) this.#block = sha256(`${this.#key}:${this.#next / WORDS}`);
    this.#next += 1;
    return this.#block.readUInt32BE(word * 4) / 2 ** 32;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** A whole number in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }
}

/** A number in [0, 1) that is a function of the key alone: for splits and shuffles. */
export function rank(...key: readonly string[]): number {
  return new Draws(...key).unit();
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
