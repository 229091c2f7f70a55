import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { ArchiveError } from './archive-error.js';

/** What a gzip file unpacks to, in parts; nothing more is unpacked once nobody asks. @throws ArchiveError if it is damaged */
export async function* gunzipped(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const packed = createReadStream(path);
  const unpacked = createGunzip();
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new ArchiveError(
      `${path} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}
