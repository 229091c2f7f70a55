/** A journal of two tasks, a report and a table, and the server that it goes to. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { RunsDirectory } from '../../src/run/runs-directory.js';
import type { Task } from '../../src/plan/plan.js';
import type { Stored } from '../../src/run/tracker.js';
import { JournalTracker } from '../../src/trackers/journal-tracker.js';
import { MlflowClient } from '../../src/trackers/mlflow/client.js';
import { Synchroniser } from '../../src/trackers/sync/synchroniser.js';
import { digestBytes } from '../../src/util/digest.js';
import { NodeDisk } from '../../src/util/node-disk.js';
import { MlflowStandIn, type StandInRun } from './mlflow-stand-in.js';
import { Scratch } from './scratch.js';
import { numberTask } from './toy.js';
import { storedOf, TOYS } from './tracked.js';

export const ONE: Task = {
  ...numberTask('one', 1),
  ...{ output: 'predictions', dataset: { kind: 'drawings', name: 'digits' } },
};
export const TWO: Task = { ...numberTask('two', 2), output: 'predictions' };
export const POINTS = 2500;

/** With one row, as far as a delivery reads it. */
function tableText(top1: number): string {
  const column = { name: 'top1', kind: 'metric', heading: 'top-1', isErrorRate: true };
  const cell = { value: top1, sd: null, interval: [top1 - 1, top1 + 1], paper: null, difference: null };
  const row = {
    labels: { net: 'D' },
    real: {},
    metrics: { top1: cell },
    runs: 1,
    images: 50,
    protocol: null,
  };
  return JSON.stringify({ name: 'table3', columns: [column], rows: [row] });
}

const NO_RETRY = { retry: { retries: 0, pauseMs: 0, maxPauseMs: 0 } };

export class DeliveryRig implements AsyncDisposable {
  readonly #scratch: Scratch;
  readonly server: MlflowStandIn;
  readonly client: MlflowClient;
  readonly runs: RunsDirectory;

  private constructor(scratch: Scratch, server: MlflowStandIn) {
    this.#scratch = scratch;
    this.server = server;
    this.client = new MlflowClient({ url: server.url }, NO_RETRY);
    this.runs = new RunsDirectory(scratch.path('runs'));
  }

  static async make(): Promise<DeliveryRig> {
    return new DeliveryRig(await Scratch.make(), await MlflowStandIn.start());
  }

  synchroniser(): Synchroniser {
    const [runsDirectory, journal] = [this.runs.path, this.runs.journal('toys')];
    return new Synchroniser({ client: this.client, runsDirectory, journal });
  }

  async opened(): Promise<JournalTracker> {
    const tracker = new JournalTracker(new NodeDisk(), this.runs);
    await tracker.open(TOYS);
    return tracker;
  }

  /** Two tasks, of which the first made a file, and a report. */
  async journal(report = 'first'): Promise<void> {
    const tracker = await this.opened();
    for (const task of [ONE, TWO]) {
      tracker.start(task);
      for (let step = 0; step < POINTS; step++) tracker.metric(task, 'loss', 1 / (step + 1), step);
      await tracker.end(task, { end: 'finished', ...(await this.stored(task)) });
    }
    await this.report(tracker, report);
    await this.table(tracker, 25);
    await tracker.close('finished');
  }

  /** A task that was begun, and the journal as a process leaves it that is killed. */
  async killed(task: Task): Promise<void> {
    const tracker = await this.opened();
    tracker.start(task);
    tracker.metric(task, 'loss', 1, 0);
    await tracker.close('interrupted');
    const path = `${this.runs.journal('toys')}/000001.jsonl`;
    const lines = (await readFile(path, 'utf8'))
      .split('\n')
      .filter((line) => !line.includes('"type":"close"'));
    await writeFile(path, ofDeadWriter(lines.join('\n')));
  }

  async stored(task: typeof ONE): Promise<Stored> {
    const directory = `${this.runs.path}/store/number/${task.recipe}/one`;
    const bytes = Buffer.from(task.stage);
    await mkdir(directory, { recursive: true });
    await writeFile(`${directory}/value.json`, bytes);
    const { execution } = storedOf(task);
    return {
      execution: {
        ...execution,
        inputs: { index: 'e'.repeat(64) },
        files: { 'value.json': { bytes: bytes.length, sha256: digestBytes(bytes) } },
      },
      directory,
    };
  }

  async report(tracker: JournalTracker, text: string): Promise<void> {
    const path = `${this.runs.experiment('toys')}/table.md`;
    await writeFile(path, text);
    tracker.report({ path, sha256: digestBytes(Buffer.from(text)), report: 'table', holds: 'report' });
  }

  async table(tracker: JournalTracker, top1: number): Promise<void> {
    const path = `${this.runs.experiment('toys')}/table3.json`;
    const text = tableText(top1);
    await writeFile(path, text);
    tracker.report({ path, sha256: digestBytes(Buffer.from(text)), report: 'table3', holds: 'table' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server[Symbol.asyncDispose]();
    await this.#scratch[Symbol.asyncDispose]();
  }
}

export function named(server: MlflowStandIn, stage: string): readonly StandInRun[] {
  return server.alive.filter(({ tags }) => tags.get('stagecraft.stage') === stage);
}

/** A segment of a process that is no more. */
export function ofDeadWriter(segment: string): string {
  return segment.replace(/(\.)\d+(\.[^"]*","version")/, '$1999999999$2');
}

export function rowOf(server: MlflowStandIn): StandInRun {
  return server.alive.find(({ tags }) => tags.get('table') === 'table3')!;
}

/** Fails unless the server has each run once, with all its points, its file and the report. */
export function assertWhole(server: MlflowStandIn, report = 'first'): void {
  for (const { stage } of [ONE, TWO]) {
    const [run, ...more] = named(server, stage);
    assert.equal(more.length, 0, `${stage} is there twice`);
    assert.equal(run!.points.size, POINTS);
    assert.equal(run!.status, 'FINISHED');
    assert.equal(run!.files.get('value.json')?.toString(), stage);
  }
  const [row, ...rows] = server.alive.filter(({ tags }) => tags.get('table') === 'table3');
  assert.equal(rows.length, 0, 'the row is there twice');
  assert.equal(row!.params.get('net'), 'D');
  const [top1] = [...row!.points.values()].filter(({ key }) => key === 'top1_error_percent');
  assert.equal(top1!.value, 25);
  const [parent, ...more] = server.alive.filter(({ name }) => name === 'toys');
  assert.equal(more.length, 0, 'the parent is there twice');
  assert.equal(parent!.status, 'FINISHED');
  assert.equal(parent!.files.get('table.md')?.toString(), report);
}
