/**
 * {@link Tracker} as a journal on the disk: one segment `<n>.jsonl` an invocation, appended at once and
 * synced every second and at each task's end. An fsync costs milliseconds, so there is none a step.
 */
import { join } from 'node:path';
import type { Task } from '../plan/plan.js';
import { type RunEnd, Tracker } from '../run/tracker.js';
import type { Disk, DiskLog } from '../util/disk.js';
import { type JournalEntry, type JournalRecord, readSegment } from './journal-record.js';

const SYNC_MS = 1000;

export class JournalTracker extends Tracker {
  readonly #disk: Disk;
  readonly #folderOf: (experiment: string) => string;
  #log: DiskLog | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** `run/key` to the highest step journaled. */
  readonly #lastStep = new Map<string, number>();
  /** How often each task was begun from its first step in this experiment, by recipe. */
  readonly #generations = new Map<string, number>();
  readonly #pending: string[] = [];
  #sequence = 0;
  /** Appends run one after another; the first error is kept and thrown by whoever waits. */
  #work: Promise<void> = Promise.resolve();
  #dirty = false;

  /** @param folderOf absolute folder of an experiment's journal, made if it does not exist */
  constructor(disk: Disk, folderOf: (experiment: string) => string) {
    super();
    this.#disk = disk;
    this.#folderOf = folderOf;
  }

  async open(experiment: string): Promise<void> {
    this.#forget();
    const folder = this.#folderOf(experiment);
    await this.#disk.makeDirectory(folder);
    const segments = (await this.#disk.list(folder)).filter((name) => /^\d{6}\.jsonl$/.test(name));
    for (const segment of segments) {
      const text = Buffer.from(await this.#disk.readFile(join(folder, segment))).toString('utf8');
      for (const record of readSegment(text)) this.#remember(record);
    }
    const first = Number(segments.at(-1)?.slice(0, 6) ?? 0) + 1;
    this.#log = await createNext(this.#disk, folder, first);
    this.#append({ type: 'segment', format: 1, experiment });
    this.#timer = setInterval(() => {
      this.#enqueue(() => this.#sync());
    }, SYNC_MS);
    this.#timer.unref();
  }

  start(task: Task): void {
    this.#begin('start', task, (this.#generations.get(task.recipe) ?? 0) + 1);
  }

  resume(task: Task): void {
    this.#begin('resume', task, this.#generation(task));
  }

  link(task: Task, output: string): void {
    const { recipe, kind, stage } = task;
    this.#append({ type: 'link', run: this.#runOf(task), recipe, kind, stage, output });
  }

  metric(task: Task, key: string, value: number, step: number): void {
    const run = this.#runOf(task);
    if (step <= (this.#lastStep.get(`${run}/${key}`) ?? -1)) return;
    const finite = Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');
    this.#append({ type: 'metric', run, key, value: finite, step });
    this.#lastStep.set(`${run}/${key}`, step);
  }

  async end(task: Task, end: RunEnd): Promise<void> {
    const { recipe } = task;
    const generation = this.#generation(task);
    this.#append({ type: 'end', run: runName(recipe, generation), recipe, generation, end });
    this.#enqueue(() => this.#sync());
    await this.#work;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#enqueue(() => this.#sync());
    try {
      await this.#work;
    } finally {
      await this.#log?.close();
    }
  }

  /** What an earlier run of this process left, of another experiment perhaps. */
  #forget(): void {
    this.#lastStep.clear();
    this.#generations.clear();
    this.#pending.length = 0;
    this.#sequence = 0;
    this.#work = Promise.resolve();
    this.#dirty = false;
  }

  #begin(type: 'start' | 'resume', task: Task, generation: number): void {
    const { recipe, kind, stage, parameters, labels } = task;
    this.#generations.set(recipe, generation);
    this.#append({
      type,
      run: runName(recipe, generation),
      recipe,
      generation,
      kind,
      stage,
      parameters,
      labels,
    });
  }

  #generation({ recipe }: Task): number {
    return this.#generations.get(recipe) ?? 1;
  }

  #runOf(task: Task): string {
    return runName(task.recipe, this.#generation(task));
  }

  #remember(record: JournalRecord): void {
    if (record.type === 'start') {
      const known = this.#generations.get(record.recipe) ?? 0;
      this.#generations.set(record.recipe, Math.max(known, record.generation));
    }
    if (record.type === 'metric') {
      const point = `${record.run}/${record.key}`;
      // Segments of two invocations at once overlap.
      this.#lastStep.set(point, Math.max(record.step, this.#lastStep.get(point) ?? -1));
    }
  }

  #append(entry: JournalEntry): void {
    const line = `${JSON.stringify({ sequence: this.#sequence, time: Date.now(), ...entry })}\n`;
    this.#sequence += 1;
    this.#pending.push(line);
    this.#enqueue(() => this.#flush());
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work);
    // Whoever awaits the task's end sees the error; until then it must not be an unhandled one.
    this.#work.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const text = this.#pending.splice(0).join('');
    await this.#log!.append(text);
    this.#dirty = true;
  }

  async #sync(): Promise<void> {
    await this.#flush();
    if (!this.#dirty) return;
    this.#dirty = false;
    await this.#log!.sync();
  }
}

/** A task that is begun again from its first step (after an interrupt, with other inputs) is another run. */
function runName(recipe: string, generation: number): string {
  return generation === 1 ? recipe : `${recipe}.${generation}`;
}

/** Two invocations at once each get a segment of their own: a name is taken by whoever creates it. */
async function createNext(disk: Disk, folder: string, first: number): Promise<DiskLog> {
  for (let n = first; ; n++) {
    try {
      return await disk.openLog(join(folder, `${String(n).padStart(6, '0')}.jsonl`), true);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}
