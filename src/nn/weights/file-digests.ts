/** Digests of a file of any size, by which a published one is recognised. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isMissing } from '../../util/disk.js';
import { UserError } from '../../util/user-error.js';
import type { DigestKind, Digests } from './releases.js';

const KINDS: readonly DigestKind[] = ['sha256', 'sha1', 'md5'];

/** What is read of a file counts for another reading only while this stays. */
export type FileState = Readonly<Record<'dev' | 'ino' | 'size' | 'mtimeMs', number>>;

/** @throws UserError if there is no such file */
export async function fileState(path: string): Promise<FileState> {
  const { dev, ino, size, mtimeMs } = await look(path);
  return { dev, ino, size, mtimeMs };
}

/** @throws UserError if there is no such file; the signal's reason once it is aborted */
export async function fileDigests(path: string, signal: AbortSignal): Promise<Digests> {
  await fileState(path);
  const hashes = KINDS.map((kind) => createHash(kind));
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, signal }))
    for (const hash of hashes) hash.update(part as Uint8Array);
  const [sha256, sha1, md5] = hashes.map((hash) => hash.digest('hex')) as [string, string, string];
  return { sha256, sha1, md5 };
}

async function look(path: string): Promise<Stats> {
  let stats;
  try {
    stats = await stat(path);
  } catch (error) {
    if (isMissing(error)) throw new UserError(`There is no file ${path}.`, { cause: error });
    throw new UserError(`${path} cannot be looked at (${String(error)}).`, { cause: error });
  }
  if (!stats.isFile()) throw new UserError(`${path} is no file.`);
  return stats;
}
