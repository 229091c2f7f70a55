/**
 * What was done when an experiment was last run (`runs/<experiment>/last-run.json`), by which a change can be named; and
 * what its run that goes on, or was cut off, wants (`wanted.json`). Together they say what of the store it refers to.
 */
import { join } from 'node:path';
import { EarlierTasks } from '../plan/earlier.js';
import type { Measures } from '../plan/execution.js';
import type { Task } from '../plan/plan.js';
import { type Disk, isMissing, replaceWhole } from '../util/disk.js';
import { UserError } from '../util/user-error.js';

const FILE = 'last-run.json';
const WANTED = 'wanted.json';

/** A task that was done, and how long it took. */
export interface DoneTask extends Task, Measures {
  /** Which of its executions it was, by output and digest of the inputs; absent in older files. */
  readonly made?: { readonly output: string; readonly inputs: string };
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
  await replaceWhole(disk, join(directory, FILE), `${JSON.stringify(lastRun)}\n`);
}

/** Before a run begins: what it makes is referred to as soon as it is there. @param recipes of all its tasks */
export async function writeWanted(disk: Disk, directory: string, recipes: readonly string[]): Promise<void> {
  await disk.makeDirectory(directory);
  await replaceWhole(disk, join(directory, WANTED), `${JSON.stringify({ format: 1, recipes })}\n`);
}

export interface References {
  readonly done: readonly DoneTask[];
  /** Recipes. */
  readonly wanted: readonly string[];
}

/** @throws UserError where a file is there and cannot be read: what it refers to is not known then */
export async function readReferences(disk: Disk, directory: string): Promise<References> {
  const read = async (name: string, key: string) => {
    const path = join(directory, name);
    try {
      const { format, [key]: list } = JSON.parse(
        Buffer.from(await disk.readFile(path)).toString('utf8'),
      ) as Record<string, unknown>;
      if (format === 1 && Array.isArray(list)) return list as readonly unknown[];
    } catch (error) {
      if (isMissing(error)) return [];
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new UserError(
      `${path} cannot be read, so what its experiment refers to is not known. Run the experiment again, or remove the file if the experiment is no more.`,
    );
  };
  return {
    done: (await read(FILE, 'tasks')) as readonly DoneTask[],
    wanted: (await read(WANTED, 'recipes')) as readonly string[],
  };
}
