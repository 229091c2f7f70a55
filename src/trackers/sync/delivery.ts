/**
 * Brings the server to the state that a journal describes, record by record. Everything is found again by keys of ours
 * and sent only where it is missing, so delivering a record twice changes nothing: after a crash of either side, or a
 * lost answer, the same records are delivered again from the first.
 */
import { join } from 'node:path';
import type { RunEnd } from '../../run/tracker.js';
import type {
  ArtifactRecord,
  CloseRecord,
  EndRecord,
  LinkRecord,
  MetricRecord,
  ReportRecord,
  SegmentRecord,
  StartRecord,
} from '../journal-record.js';
import type { MlflowClient } from '../mlflow/client.js';
import { MlflowError, UnfitValueError } from '../mlflow/mlflow-error.js';
import { fitKey, type Metric, type Texts } from '../mlflow/values.js';
import { deliverArtifact } from './artifact-delivery.js';
import { BestNet } from './best-net.js';
import { Expected } from './expected.js';
import { findMaker } from './find-maker.js';
import type { Followed } from './journal-follower.js';
import { registerBest } from './register-best.js';
import { DELIVERED_TAG, type RemoteRun, RemoteRuns } from './remote-runs.js';
import { deliverReport } from './report-delivery.js';
import type { Target } from './target.js';
import { datasetOf, environmentTags, runName, runParams, runTags } from './task-run.js';

export interface DeliveryOptions {
  readonly client: MlflowClient;
  /** Absolute folder of all results. */
  readonly runsDirectory: string;
  /** On the server; by default that of the journal. */
  readonly experiment?: string | undefined;
  /** Keys of runs whose points and files are to be sent whatever the server says that it has. */
  readonly again?: ReadonlySet<string>;
}

/** A run of a task while its records come. */
interface TaskRun {
  readonly key: string;
  readonly facts: StartRecord;
  readonly points: Metric[];
  /** Time of the last record. */
  time: number;
  ended: boolean;
}

/** One invocation. */
interface Segment {
  readonly opened: SegmentRecord;
  /** Runs of tasks by their name in the journal. */
  readonly runs: Map<string, TaskRun>;
  /** Names of the image sets that its tasks have. */
  readonly datasets: Set<string>;
  time: number;
  closed: boolean;
}

const STATUS = { finished: 'FINISHED', failed: 'FAILED', interrupted: 'KILLED' } as const;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #segments = new Map<number, Segment>();
  /** The latest run of each name, for those that go on in a later segment. */
  readonly #latestRun = new Map<string, TaskRun>();
  /** Keys of the runs of this journal that made something, by recipe and output; and those of nets, by recipe. */
  readonly #makers = new Map<string, string>();
  readonly #netRuns = new Map<string, string>();
  readonly #best = new BestNet();
  #remote: RemoteRuns | undefined;
  /** Of the first segment: two that were opened at once each named one. */
  #journal = '';
  /** What it is to hold. */
  readonly expected = new Expected();
  /** What the server will not take, ever; and files that are gone. */
  readonly problems = new Set<string>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Of the server's runs; undefined before the first record. */
  get remote(): RemoteRuns | undefined {
    return this.#remote;
  }

  /**
   * In the order of a journal.
   * @throws MlflowError for what may pass: deliver the same records again
   */
  async deliver(followed: readonly Followed[]): Promise<void> {
    // What was gathered before an error is gathered anew.
    for (const { runs } of this.#segments.values()) for (const run of runs.values()) run.points.length = 0;
    for (const { segment: number, record } of followed) {
      if (record.type === 'segment') {
        await this.#open(number, record);
        continue;
      }
      const segment = this.#segments.get(number);
      // A segment whose first line was torn says nothing.
      if (!segment) continue;
      segment.time = record.time;
      if ('dataset' in record && record.dataset !== null) segment.datasets.add(record.dataset);
      if (record.type === 'metric') this.#gather(segment, record);
      else await this.#deliverOne(number, segment, record);
    }
    for (const segment of this.#segments.values())
      for (const run of segment.runs.values())
        await this.#guarded(run.key, () => this.#sendPoints(segment, run));
  }

  /** Ends what was left open by writers that are gone, unless a later one goes on with it. */
  async endWhatDied(isDead: (writer: string) => boolean): Promise<void> {
    const last = Math.max(...this.#segments.keys());
    for (const [number, segment] of this.#segments) {
      if (segment.closed || !isDead(segment.opened.writer)) continue;
      for (const [name, run] of segment.runs) {
        if (run.ended || this.#latestRun.get(name) !== run) continue;
        await this.#guarded(run.key, async () => {
          const remote = await this.#ensure(segment, run);
          if (!isDelivered(remote, run.time)) await this.#finish(remote, 'KILLED', run.time);
        });
        run.ended = true;
      }
      if (number === last) {
        const parent = await this.#parent(segment);
        if (!isDelivered(parent, segment.time)) await this.#finish(parent, 'KILLED', segment.time);
      }
      segment.closed = true;
    }
  }

  async #open(number: number, opened: SegmentRecord): Promise<void> {
    const { client, experiment = opened.experiment, again } = this.#options;
    this.#journal ||= opened.journal;
    this.#remote ??= await RemoteRuns.open(client, experiment, { journal: this.#journal, again });
    const segment: Segment = {
      opened,
      runs: new Map(),
      datasets: new Set(),
      time: opened.time,
      closed: false,
    };
    const parent = await this.#parent(segment);
    if (!parent.deleted && !isDelivered(parent, opened.time)) {
      await client.updateRun(parent.id, { status: 'RUNNING' });
      await this.#remote.log(parent, { tags: provenanceTags(opened) });
    }
    this.#segments.set(number, segment);
  }

  #parent({ opened }: Segment): Promise<RemoteRun> {
    return this.#remote!.ensure(this.#journal, {
      name: opened.experiment,
      startTime: opened.time,
      tags: { 'mlflow.note.content': opened.title, 'mlflow.source.name': 'stagecraft' },
    });
  }

  #gather(segment: Segment, { run: name, key, value, step, time }: MetricRecord): void {
    const run = segment.runs.get(name);
    if (!run) return;
    run.time = time;
    run.points.push({ key: fitKey(key), value: Number(value), timestamp: time, step });
    this.#best.metric(run.facts.recipe, key, Number(value));
  }

  async #deliverOne(
    number: number,
    segment: Segment,
    record: StartRecord | LinkRecord | EndRecord | ReportRecord | CloseRecord,
  ): Promise<void> {
    switch (record.type) {
      case 'start':
      case 'resume': {
        const before = record.type === 'resume' ? this.#latestRun.get(record.run) : undefined;
        const key = before?.key ?? `${this.#journal}/${record.run}/${number}`;
        const run: TaskRun = { key, facts: record, points: [], time: record.time, ended: false };
        segment.runs.set(record.run, run);
        this.#latestRun.set(record.run, run);
        this.#best.begin(record);
        await this.#guarded(key, () => this.#start(segment, run));
        break;
      }
      case 'end': {
        const run = segment.runs.get(record.run);
        if (!run) break;
        await this.#guarded(run.key, async () => {
          await this.#sendPoints(segment, run);
          await this.#end(segment, run, record);
        });
        run.ended = true;
        break;
      }
      case 'link':
        this.#best.made(record);
        await this.#guarded(record.recipe, () => this.#link(segment, record));
        break;
      case 'report':
        await this.#guarded(record.path, () => this.#report(number, segment, record));
        break;
      case 'close':
        await this.#guarded('close', () => this.#close(segment, record));
        segment.closed = true;
        break;
    }
  }

  async #start(segment: Segment, run: TaskRun): Promise<void> {
    const remote = await this.#ensure(segment, run);
    if (isDelivered(remote, run.facts.time)) return;
    if (run.facts.type === 'resume') await this.#options.client.updateRun(remote.id, { status: 'RUNNING' });
    await this.#remote!.log(remote, { params: runParams(run.facts), tags: provenanceTags(segment.opened) });
  }

  async #ensure(segment: Segment, { key, facts }: TaskRun): Promise<RemoteRun> {
    const parent = await this.#parent(segment);
    return this.#remote!.ensure(key, {
      name: runName(facts),
      startTime: facts.time,
      tags: runTags(facts),
      parentRunId: parent.id,
    });
  }

  async #sendPoints(segment: Segment, run: TaskRun): Promise<void> {
    if (run.points.length === 0) return;
    const remote = await this.#ensure(segment, run);
    if (!remote.deleted) await this.#remote!.log(remote, { metrics: run.points });
    this.expected.points(run.key, run.points);
    run.points.length = 0;
  }

  async #end(segment: Segment, run: TaskRun, { end, message, made, time }: EndRecord): Promise<void> {
    const remote = await this.#ensure(segment, run);
    if (made) this.#remember(run, made);
    if (isDelivered(remote, time)) return;
    const { client, runsDirectory } = this.#options;
    if (message !== undefined) await this.#remote!.log(remote, { tags: { 'mlflow.note.content': message } });
    if (made) {
      await this.#remote!.log(remote, { tags: environmentTags(made) });
      const dataset = datasetOf(run.facts, made);
      if (dataset) await client.logDatasets(remote.id, [dataset]);
      const folder = join(runsDirectory, made.directory);
      const problem = await deliverArtifact(this.#target(remote), run.facts, made, folder);
      if (problem !== undefined) this.problems.add(problem);
    }
    await this.#finish(remote, STATUS[end], time);
  }

  #remember({ key, facts: { recipe } }: TaskRun, made: ArtifactRecord): void {
    this.expected.run(key).made = made;
    this.#best.made({ recipe, artifact: made.artifact });
    this.#makers.set(makerKey({ recipe, output: made.output }), key);
    if (made.artifact === 'checkpoint') this.#netRuns.set(recipe, key);
  }

  /** What this journal has no run of is shown as a small one that says who made it. */
  async #link(segment: Segment, record: LinkRecord): Promise<void> {
    if (this.#makers.has(makerKey(record))) return;
    const { client } = this.#options;
    const parent = await this.#parent(segment);
    const run = await this.#remote!.ensure(`${this.#journal}/link/${makerKey(record)}`, {
      name: runName(record),
      startTime: record.time,
      tags: runTags(record),
      parentRunId: parent.id,
    });
    if (isDelivered(run, 0)) return;
    const maker = await findMaker(client, record);
    const note = maker
      ? `Made by [${maker.name}](#/experiments/${maker.experimentId}/runs/${maker.id}).`
      : 'Made before, by a run that this server does not have.';
    const tags = {
      ...environmentTags(record),
      'mlflow.note.content': note,
      'stagecraft.cached': 'true',
      ...(maker && { 'stagecraft.made_by': maker.id }),
    };
    await this.#remote!.log(run, { params: runParams(record), tags });
    await this.#finish(run, 'FINISHED', record.time);
  }

  async #report(number: number, segment: Segment, record: ReportRecord): Promise<void> {
    const parent = await this.#parent(segment);
    if (isDelivered(parent, record.time)) return;
    const { runsDirectory } = this.#options;
    const problem = await deliverReport(this.#target(parent), this.#remote!, {
      ...{ record, opened: segment.opened, journal: this.#journal, segment: number, runsDirectory },
      dataset: segment.datasets.size === 1 ? [...segment.datasets][0] : undefined,
    });
    if (problem !== undefined) this.problems.add(problem);
  }

  async #close(segment: Segment, { end, time }: CloseRecord): Promise<void> {
    const parent = await this.#parent(segment);
    if (isDelivered(parent, time)) return;
    const best = this.#best.best();
    const maker = best && this.#remote!.get(this.#netRuns.get(best.checkpoint) ?? '');
    if (best && maker)
      await this.#guarded('best net', () => registerBest(this.#target(maker), best, segment.opened));
    await this.#finish(parent, STATUS[end], time);
  }

  #target(run: RemoteRun): Target {
    return { client: this.#options.client, experimentId: this.#remote!.experimentId, run };
  }

  async #finish(run: RemoteRun, status: (typeof STATUS)[RunEnd], time: number): Promise<void> {
    await this.#options.client.updateRun(run.id, { status, endTime: time });
    await this.#remote!.log(run, { tags: { [DELIVERED_TAG]: String(time) } });
  }

  /** What the server will never take is remembered, and the rest goes on. */
  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isRefused = error instanceof MlflowError && isOfOneRun(error);
      if (!isRefused && !(error instanceof UnfitValueError)) throw error;
      this.problems.add(`${what}: ${error.message}`);
    }
  }
}

/** Whether other runs may still be taken. */
function isOfOneRun({ facts: { mayPass, status } }: MlflowError): boolean {
  return !mayPass && status !== undefined && status !== 401 && status !== 403;
}

function isDelivered({ deleted, tags }: RemoteRun, time: number): boolean {
  const delivered = tags.get(DELIVERED_TAG);
  return deleted || (delivered !== undefined && Number(delivered) >= time);
}

function provenanceTags({ version, commit }: SegmentRecord): Texts {
  return {
    'mlflow.source.name': 'stagecraft',
    'mlflow.source.type': 'LOCAL',
    'stagecraft.version': version,
    ...(commit !== null && { 'mlflow.source.git.commit': commit }),
  };
}

function makerKey({ recipe, output }: Pick<LinkRecord, 'recipe' | 'output'>): string {
  return `${recipe.slice(0, 32)}-${output.slice(0, 32)}`;
}
