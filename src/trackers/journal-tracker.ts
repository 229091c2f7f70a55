/**
 * {@link Tracker} as a journal on the disk: one segment `<n>.jsonl` an invocation, appended at once and
 * synced every second and at each task's end. An fsync costs milliseconds, so there is none a step.
 */
import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import type { Task } from '../plan/plan.js';
import type { RunsDirectory } from '../run/runs-directory.js';
import {
  type Delivered,
  type ReportFile,
  type RunEnd,
  type Stored,
  type TrackedEnd,
  type TrackedExperiment,
  Tracker,
} from '../run/tracker.js';
import type { Disk, DiskLog } from '../util/disk.js';
import { ownName } from '../util/process-identity.js';
import {
  type ArtifactRecord,
  isOurSegment,
  JOURNAL_FORMAT,
  type JournalEntry,
  type JournalRecord,
  readRecords,
  SEGMENT_NAME,
  segmentName,
} from './journal-record.js';
import { ownVersion, workingCommit } from './provenance.js';

const SYNC_MS = 1000;

export class JournalTracker extends Tracker {
  readonly #disk: Disk;
  readonly #runs: RunsDirectory;
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
  /** The journal's own name, of its first segment. */
  #journal: string | undefined;

  constructor(disk: Disk, runs: RunsDirectory) {
    super();
    this.#disk = disk;
    this.#runs = runs;
  }

  async open({ name, title }: TrackedExperiment): Promise<void> {
    this.#forget();
    const folder = this.#runs.journal(name);
    await this.#disk.makeDirectory(folder);
    const segments = (await this.#disk.list(folder)).filter((file) => SEGMENT_NAME.test(file));
    for (const segment of segments) {
      const parts = this.#disk.readParts(join(folder, segment));
      for await (const record of readRecords(parts)) this.#remember(record);
    }
    // Asked before the segment is there, which then has its first line at once.
    const [version, commit] = [await ownVersion(), await workingCommit()];
    const first = Number(segments.at(-1)?.slice(0, 6) ?? 0) + 1;
    this.#log = await createNext(this.#disk, folder, first);
    this.#append({
      type: 'segment',
      format: JOURNAL_FORMAT,
      journal: (this.#journal ??= randomUUID()),
      id: randomUUID().slice(0, 8),
      experiment: name,
      title,
      writer: ownName(),
      version,
      commit,
    });
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

  link(task: Task, stored: Stored): void {
    const run = this.#runOf(task);
    this.#append({ type: 'link', run, recipe: task.recipe, ...factsOf(task), ...this.#made(task, stored) });
  }

  metric(task: Task, key: string, value: number, step: number): void {
    const run = this.#runOf(task);
    if (step <= (this.#lastStep.get(`${run}/${key}`) ?? -1)) return;
    const finite = Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');
    this.#append({ type: 'metric', run, key, value: finite, step });
    this.#lastStep.set(`${run}/${key}`, step);
  }

  async end(task: Task, ended: TrackedEnd): Promise<void> {
    const { recipe } = task;
    const generation = this.#generation(task);
    this.#append({
      type: 'end',
      run: runName(recipe, generation),
      recipe,
      generation,
      end: ended.end,
      ...(ended.end === 'failed' && { message: ended.message }),
      ...(ended.end === 'finished' && { made: this.#made(task, ended) }),
    });
    this.#enqueue(() => this.#sync());
    await this.#work;
  }

  report({ path, ...facts }: ReportFile): void {
    this.#append({ type: 'report', ...facts, path: this.#below(path) });
  }

  async close(end: RunEnd): Promise<Delivered | undefined> {
    clearInterval(this.#timer);
    if (this.#log) this.#append({ type: 'close', end });
    this.#enqueue(() => this.#sync());
    try {
      await this.#work;
    } finally {
      await this.#log?.close();
      this.#log = undefined;
    }
    return undefined;
  }

  #made({ output: artifact }: Task, { execution, directory }: Stored): ArtifactRecord {
    const { output, files, inputs, environment, host, seconds } = execution;
    const place = this.#below(directory);
    return { output, artifact, directory: place, files, inputDigests: inputs, environment, host, seconds };
  }

  /** Results may be moved as a whole. */
  #below(path: string): string {
    return relative(this.#runs.path, path);
  }

  /** What an earlier run of this process left, of another experiment perhaps. */
  #forget(): void {
    this.#lastStep.clear();
    this.#generations.clear();
    this.#pending.length = 0;
    this.#sequence = 0;
    this.#work = Promise.resolve();
    this.#dirty = false;
    this.#journal = undefined;
  }

  #begin(type: 'start' | 'resume', task: Task, generation: number): void {
    const { recipe } = task;
    this.#generations.set(recipe, generation);
    this.#append({ type, run: runName(recipe, generation), recipe, generation, ...factsOf(task) });
  }

  #generation({ recipe }: Task): number {
    return this.#generations.get(recipe) ?? 1;
  }

  #runOf(task: Task): string {
    return runName(task.recipe, this.#generation(task));
  }

  #remember(record: JournalRecord): void {
    // Two segments that were opened at once each made one: the first counts.
    if (isOurSegment(record)) this.#journal ??= record.journal;
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

function factsOf({ kind, stage, labels, parameters, dataset, inputs }: Task) {
  return { kind, stage, labels, parameters, dataset: dataset?.name ?? null, inputs };
}

/** A task that is begun again from its first step (after an interrupt, with other inputs) is another run. */
function runName(recipe: string, generation: number): string {
  return generation === 1 ? recipe : `${recipe}.${generation}`;
}

/** Two invocations at once each get a segment of their own: a name is taken by whoever creates it. */
async function createNext(disk: Disk, folder: string, first: number): Promise<DiskLog> {
  for (let n = first; ; n++) {
    try {
      return await disk.openLog(join(folder, segmentName(n)), true);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}
