/** What tasks and their workers print, in a file each: `runs/<experiment>/logs/<kind>-<recipe>.log`. */
import { join } from 'node:path';
import type { Task } from '../plan/plan.js';
import { shortRecipe } from '../plan/recipe.js';
import type { RunEvent } from '../run/event.js';
import type { Disk, DiskLog } from '../util/disk.js';

export class TaskLogs {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #logs = new Map<string, DiskLog>();
  /** Appends run one after another. A log that cannot be written must not stop the run, so errors end here. */
  #work: Promise<void> = Promise.resolve();

  /** @param directory absolute folder of the experiment */
  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#folder = join(directory, 'logs');
  }

  hear(event: RunEvent): void {
    if (event.type === 'task-log') this.#append(event.task, event.text);
    if (event.type === 'task-repeated')
      this.#append(event.task, `The worker died (${event.cause}); the task is repeated.\n`);
    if (event.type === 'task-failed') this.#append(event.task, `${event.message}\n`);
  }

  async close(): Promise<void> {
    await this.#work;
    for (const log of this.#logs.values()) await log.close().catch(() => undefined);
  }

  #append({ kind, recipe }: Task, text: string): void {
    const path = join(this.#folder, `${kind}-${shortRecipe(recipe)}.log`);
    this.#work = this.#work.then(async () => (await this.#open(path)).append(text)).catch(() => undefined);
  }

  async #open(path: string): Promise<DiskLog> {
    const open = this.#logs.get(path);
    if (open) return open;
    await this.#disk.makeDirectory(this.#folder);
    const log = await this.#disk.openLog(path, false);
    this.#logs.set(path, log);
    return log;
  }
}
