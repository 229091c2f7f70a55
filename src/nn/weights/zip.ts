/** A zip whose files are stored as they are, as PyTorch writes it; nothing is unpacked or inflated. */
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import { FormatError } from '../../util/safetensors.js';
import { shownName } from '../../util/shown-name.js';
import type { RandomAccess } from './random-access.js';

export interface Zip {
  readonly names: readonly string[];
  /** @param most bytes that are read @throws FormatError if there is no such file, or it is damaged, inflated or larger */
  readonly read: (name: string, most: number) => Promise<Uint8Array>;
}

/** A net has some 40 arrays. */
const MOST_ENTRIES = 10_000;

const STORED = 0;

/** @throws FormatError if the file is no zip, or one that is cut short */
export async function openZip(file: RandomAccess): Promise<Zip> {
  const zip = await asFormat(
    fromRandomAccessReaderPromise(new Reader(file), file.size, { lazyEntries: true, autoClose: false }),
  );
  if (zip.entryCount > MOST_ENTRIES) throw new FormatError(`zip: ${zip.entryCount} files`);
  const entries = new Map<string, Entry>();
  await asFormat(
    (async () => {
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    })(),
  );
  return {
    names: [...entries.keys()],
    read: async (name, most) => {
      const entry = entries.get(name);
      if (!entry) throw new FormatError(`zip: there is no ${shownName(name)}`);
      if (entry.compressionMethod !== STORED || entry.isEncrypted())
        throw new FormatError(`zip: ${shownName(name)} is compressed or encrypted, which PyTorch never does`);
      if (entry.uncompressedSize > most)
        throw new FormatError(
          `zip: ${shownName(name)} holds ${entry.uncompressedSize} bytes, at most ${most} are right`,
        );
      const { fileDataStart } = await asFormat(zip.readLocalFileHeaderPromise(entry, { minimal: true }));
      const bytes = await file.read(fileDataStart, entry.uncompressedSize);
      if (crc32(bytes) !== entry.crc32)
        throw new FormatError(`zip: ${shownName(name)} is damaged (its check sum differs)`);
      return bytes;
    },
  };
}

/** What yauzl throws is about the file; what reading throws is that already. */
async function asFormat<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof Error) || 'code' in error) throw error;
    throw new FormatError(`zip: ${error.message}`, { cause: error });
  }
}

class Reader extends RandomAccessReader {
  readonly #file: RandomAccess;

  constructor(file: RandomAccess) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#file.read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null);
      },
      (error: unknown) => {
        callback(error as Error);
      },
    );
  }
}
