import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';

/**
 * The port to the file system, as far as results are kept on it; tests put a failing disk in its place.
 * Paths are absolute. Methods reject with Node's own errors (`ENOSPC`, `EROFS` ...).
 */
export abstract class Disk {
  abstract readFile(path: string): Promise<Uint8Array>;
  /** A whole file in parts of any length, for one that is not to be in memory; in one, where a disk knows no better. */
  async *readParts(path: string): AsyncIterable<Uint8Array> {
    yield await this.readFile(path);
  }
  /** Writes a whole file and returns once its bytes are on the disk. */
  abstract writeFile(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Opens a file for appending; with `mustBeNew`, rejects with `EEXIST` if there is one. */
  abstract openLog(path: string, mustBeNew: boolean): Promise<DiskLog>;
  abstract makeDirectory(path: string): Promise<void>;
  /** Names in a directory, sorted; empty if there is none. */
  abstract list(path: string): Promise<string[]>;
  /**
   * Renames within one file system, then syncs the directory.
   * @returns false if `to` exists and is not empty
   */
  abstract rename(from: string, to: string): Promise<boolean>;
  /** Makes the names in a directory durable. */
  abstract syncDirectory(path: string): Promise<void>;
  /** Removes a file or a directory with all it holds; nothing happens if there is none. */
  abstract remove(path: string): Promise<void>;
  /** A lease that lies at a path, whose folder must be there. */
  abstract lease(path: string): Lease;
}

/** Says who does something, so that others need not do it twice. */
export interface Lease {
  /** @returns undefined once it is ours; else the name of the process that has it */
  take(): Promise<string | undefined>;
  /** Who has it and lives; undefined if nobody does. */
  holder(): Promise<string | undefined>;
  release(): Promise<void>;
}

/** An append-only file. */
export interface DiskLog {
  append(text: string): Promise<void>;
  /** Returns once all that was appended is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Readers see the old file or the new one, whole; two who write at once do not meet in what is being written. */
export async function replaceWhole(disk: Disk, path: string, content: Uint8Array | string): Promise<void> {
  const beside = `${path}.${randomUUID().slice(0, 8)}`;
  await disk.writeFile(beside, content);
  await disk.rename(beside, path);
}

/** Whether an error means that there is no such file. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Node has no names for some, `ESTALE` and `EDQUOT` among them: their `code` is a number in words. */
const BY_NUMBER = new Map(Object.entries(constants.errno).map(([name, number]) => [-number, name]));

/** The system's name of an error, `ENOSPC`; undefined for errors that are none of the system's. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  const isUnnamed = error.code.startsWith('Unknown system error');
  const name = isUnnamed && 'errno' in error ? BY_NUMBER.get(error.errno as number) : undefined;
  return name ?? error.code;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full',
  EFBIG: 'A file would grow beyond the limit that is set for this process (ulimit -f)',
  EDQUOT: 'The disk quota is used up',
  EROFS: 'The disk is read-only',
  EACCES: 'Access is denied',
  EPERM: 'Access is denied',
  EIO: 'The disk failed',
  EREMOTEIO: 'The disk failed',
  ESTALE: 'The file server does not know the file any more',
  ETIMEDOUT: 'There was no answer in time',
  EHOSTDOWN: 'There was no answer in time',
  EBUSY: 'A file or folder is in use',
  EAGAIN: 'The system could not do it at this time',
  ENOTDIR: 'A file stands where a folder is needed',
  EMFILE: 'Too many files are open',
};

/** What keeps files from being read or written, in words and Node's own; undefined for errors of another kind. */
export function diskProblem(error: unknown): string | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const { message } = error as Error;
  // Node's word for a folder on a read-only disk that is to be made with those above it.
  const isUnmakeable = code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'mkdir';
  const problem = isUnmakeable ? 'The folder cannot be made here: the disk may be read-only' : PROBLEMS[code];
  return problem && `${problem} (${message}).`;
}
