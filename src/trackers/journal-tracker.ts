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
  /** The latest run of each task, by recipe. */
  readonly #runs = new Map<string, TaskRun>();
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

  start({ recipe, kind, stage, parameters, labels }: Task): void {
    const latest = this.#runs.get(recipe);
    const type = latest && !latest.finished ? 'resume' : 'start';
    const generation = type === 'resume' ? latest!.generation : (latest?.generation ?? 0) + 1;
    const run = runName(recipe, generation);
    this.#append({ type, run, recipe, generation, kind, stage, parameters, labels });
    this.#runs.set(recipe, { generation, finished: false });
  }

  link({ recipe, kind, stage }: Task, output: string): void {
    this.#append({ type: 'link', run: this.#runOf(recipe), recipe, kind, stage, output });
  }

  metric({ recipe }: Task, key: string, value: number, step: number): void {
    const run = this.#runOf(recipe);
    if (step <= (this.#lastStep.get(`${run}/${key}`) ?? -1)) return;
    const finite = Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');
    this.#append({ type: 'metric', run, key, value: finite, step });
    this.#lastStep.set(`${run}/${key}`, step);
  }

  async end({ recipe }: Task, end: RunEnd): Promise<void> {
    const generation = this.#runs.get(recipe)?.generation ?? 1;
    this.#runs.set(recipe, { generation, finished: end === 'finished' });
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
    this.#runs.clear();
    this.#pending.length = 0;
    this.#sequence = 0;
    this.#work = Promise.resolve();
    this.#dirty = false;
  }

  #runOf(recipe: string): string {
    return runName(recipe, this.#runs.get(recipe)?.generation ?? 1);
  }

  #remember(record: JournalRecord): void {
    if (record.type === 'start' || record.type === 'resume' || record.type === 'end') {
      const finished = record.type === 'end' && record.end === 'finished';
      this.#runs.set(record.recipe, { generation: record.generation, finished });
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

/** A task's nth run in this experiment: it goes on until it has finished; done again (other inputs), it is another run. */
interface TaskRun {
  readonly generation: number;
  readonly finished: boolean;
}

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
