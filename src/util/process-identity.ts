/** Tells a process from a later one with the same number, across restarts of the machine too. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started: boot id and clock ticks on Linux; elsewhere `0`, and only the number counts. */
  readonly start: string;
}

export function ownProcess(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '0' };
}

/**
 * Names where process numbers mean the same: host, boot and pid namespace. A container has its own numbers,
 * and two hosts on one file system can have one name. Letters, digits, `_` and `-` only.
 */
export function processPlace(): string {
  const parts = [hostname(), bootId(), namespace()];
  return parts
    .filter((part) => part !== undefined)
    .join('-')
    .replaceAll(/[^A-Za-z0-9_-]/g, '_');
}

/** `<place>.<pid>.<start>` of this process, by which others can tell whether it still lives. */
export function ownName(): string {
  const { pid, start } = ownProcess();
  return `${processPlace()}.${pid}.${start}`;
}

/** Whether a process of that name can be seen from here: only where process numbers mean the same. */
export function isSeenHere(name: string): boolean {
  return name.split('.')[0] === processPlace();
}

/** Only where a process can be seen can its death be. */
export function isDeadHere(name: string): boolean {
  const [, pid, start] = name.split('.');
  return isSeenHere(name) && !isAlive({ pid: Number(pid), start: start! });
}

function bootId(): string | undefined {
  return attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8));
}

function namespace(): string | undefined {
  return attempt(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]);
}

/** Undefined where there is no `/proc`. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export function isAlive({ pid, start }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return (startOf(pid) ?? '0') === start;
}

function startOf(pid: number): string | undefined {
  return attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted from after the command's name, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie still has its number, but does nothing any more.
    return fields[0] === 'Z' ? 'ended' : `${bootId() ?? ''}-${fields[19]!}`;
  });
}
