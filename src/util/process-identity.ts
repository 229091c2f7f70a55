/** Tells a process from a later one with the same number, across restarts of the machine too. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started: boot id and clock ticks on Linux; elsewhere `0`, and only the number counts. */
  readonly start: string;
}

export function ownProcess(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '0' };
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
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted from after the command's name, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie still has its number, but does nothing any more.
    return fields[0] === 'Z' ? 'ended' : `${boot}-${fields[19]!}`;
  } catch {
    return undefined;
  }
}
