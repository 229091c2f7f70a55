/** A file that is read where it is asked for, so that only what is wanted is in memory. */
import { open } from 'node:fs/promises';
import { isMissing } from '../../util/disk.js';
import { FormatError } from '../../util/safetensors.js';
import { UserError } from '../../util/user-error.js';

export interface RandomAccess {
  /** Bytes in all. */
  readonly size: number;
  /** @throws FormatError if the file ends before */
  readonly read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly close: () => Promise<void>;
}

/** More in one call is refused by some systems. */
const MOST_AT_ONCE = 2 ** 30;

/** @throws UserError if there is no such file */
export async function openRandomAccess(path: string): Promise<RandomAccess> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) throw new UserError(`There is no file ${path}.`, { cause: error });
    throw error;
  });
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new UserError(`${path} is no file.`);
  }
  return {
    size: stats.size,
    close: () => handle.close(),
    read: async (offset, length) => {
      // Asked before memory is taken: a length may be a lie.
      if (offset < 0 || length < 0 || offset + length > stats.size)
        throw new FormatError(
          `the file ends at ${stats.size} bytes, but holds something at ${offset} of ${length} bytes by its own account`,
        );
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const part = Math.min(MOST_AT_ONCE, length - done);
        const { bytesRead } = await handle.read(bytes, done, part, offset + done);
        if (bytesRead === 0) throw new FormatError('the file has become shorter while it was read');
        done += bytesRead;
      }
      return bytes;
    },
  };
}
