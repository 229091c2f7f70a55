/** A safetensors file that comes in parts: its arrays one after another, so that they are never all in memory. */
import { type FloatArray, FormatError, headerLength, safetensorsPlaces } from './safetensors.js';

/**
 * @param parts of any length
 * @param fileBytes of the whole file
 * @returns the arrays in the order in which they lie
 * @throws FormatError on anything but float32 arrays that fill the file exactly, one after another
 */
export async function* readSafetensorsParts(
  parts: AsyncIterable<Uint8Array>,
  fileBytes: number,
): AsyncGenerator<FloatArray & { readonly name: string }, void, undefined> {
  const bytes = new Bytes(parts);
  const length = headerLength(await bytes.take(Math.min(8, fileBytes)), fileBytes);
  const header = await bytes.take(length);
  for (const { name, shape, from, to } of safetensorsPlaces(header, fileBytes - 8 - length, { F32: 4 }))
    yield { name, shape, data: new Float32Array((await bytes.take(to - from)).buffer) };
  await bytes.end();
}

/** Takes as many bytes as are wanted from parts that come as they like. */
class Bytes {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#rest.length === 0) await this.#next('it ends within its arrays');
      const part = this.#rest.subarray(0, count - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return taken;
  }

  /** To the end, where who gives the parts compares digests. */
  async end(): Promise<void> {
    const { done } = await this.#parts.next();
    if (done !== true || this.#rest.length > 0)
      throw new FormatError('safetensors: the file is longer than its arrays');
  }

  async #next(problem: string): Promise<void> {
    const next = await this.#parts.next();
    if (next.done === true) throw new FormatError(`safetensors: ${problem}`);
    this.#rest = next.value;
  }
}
