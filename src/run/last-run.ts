/** What was done when an experiment was last run: `runs/<experiment>/last-run.json`, by which a change can be named. */
import { join } from 'node:path';
import { EarlierTasks } from '../plan/earlier.js';
import type { Task } from '../plan/plan.js';
import { type Disk, isMissing } from '../util/disk.js';

const FILE = 'last-run.json';

/** A task that was done, and how long it took. */
export interface DoneTask extends Task {
  readonly seconds: number;
}

interface LastRun {
  readonly format: 1;
  readonly tasks: readonly DoneTask[];
}

/** @param directory absolute folder of the experiment */
export async function readLastRun(disk: Disk, directory: string): Promise<readonly DoneTask[]> {
  try {
    const text = Buffer.from(await disk.readFile(join(directory, FILE))).toString('utf8');
    const { format, tasks } = JSON.parse(text) as Partial<LastRun>;
    return format === 1 && Array.isArray(tasks) ? (tasks as readonly DoneTask[]) : [];
  } catch (error) {
    // It only explains: without it everything runs as well.
    if (isMissing(error) || error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Remembers the tasks that are done now; of the others, what was done in their place before. */
export async function writeLastRun(disk: Disk, directory: string, done: readonly DoneTask[]): Promise<void> {
  const now = new EarlierTasks(done);
  const before = (await readLastRun(disk, directory)).filter((task) => !now.has(task));
  const lastRun: LastRun = { format: 1, tasks: [...done, ...before] };
  await disk.makeDirectory(directory);
  await disk.writeFile(join(directory, FILE), `${JSON.stringify(lastRun)}\n`);
}
