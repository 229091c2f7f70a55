/** Looks at processes from the outside. */
import { execFileSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';

/** Numbers of the processes that a process has started and that have not ended. */
export function childrenOf(parent: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,comm='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, ppid, state, command]) => Number(ppid) === parent && !state!.startsWith('Z') && command !== 'ps',
    )
    .map(([pid]) => Number(pid));
}

export function isRunning(pid: number): boolean {
  return execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([number, state]) => Number(number) === pid && !state!.startsWith('Z'));
}

/** Returns once a process that is not ours has ended; the test's own time limit bounds it. */
export async function hasEnded(pid: number): Promise<void> {
  while (isRunning(pid)) await setImmediate();
}
