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
  JournalRecord,
  LinkRecord,
  MetricRecord,
  ReportRecord,
  SegmentRecord,
  StartRecord,
} from '../journal-record.js';
import type { MlflowClient } from '../mlflow/client.js';
import { MlflowError, UnfitValueError } from '../mlflow/mlflow-error.js';
import { fitKey, fitText, LIMITS, type Metric, type Texts } from '../mlflow/values.js';
import { deliverArtifact, isNet } from './artifact-delivery.js';
import { BestNet } from './best-net.js';
import { Expected } from './expected.js';
import type { Followed } from './journal-follower.js';
import { deliverLink } from './link-delivery.js';
import { registerBest } from './register-best.js';
import { deliveredTag, type RemoteRun, RemoteRuns } from './remote-runs.js';
import { deliverReport } from './report-delivery.js';
import type { Target } from './target.js';
import { datasetOf, environmentTags, provenanceTags, runName, runParams, runTags } from './task-run.js';

export interface DeliveryOptions {
  readonly client: MlflowClient;
  /** Absolute folder of all results. */
  readonly runsDirectory: string;
  /** On the server; by default that of the journal. */
  readonly experiment?: string | undefined;
  /** Keys of runs whose points and files are to be sent whatever the server says that it has. */
  readonly again?: ReadonlySet<string>;
}

/** Of a record in its segment. */
type Place = Pick<JournalRecord, 'sequence' | 'time'>;

/** A run of a task while its records come. */
interface TaskRun {
  readonly key: string;
  readonly facts: StartRecord;
  readonly points: Metric[];
  /** The last record so far. */
  last: Place;
  ended: boolean;
}

/** One invocation. */
interface Segment {
  readonly opened: SegmentRecord;
  /** Runs of tasks by their name in the journal. */
  readonly runs: Map<string, TaskRun>;
  /** Names of the image sets that its tasks have. */
  readonly datasets: Set<string>;
  last: Place;
  /** How it ended; undefined while it goes on. */
  closed: RunEnd | undefined;
}

/** Answers 500 to one and the same thing, after which it is no longer tried by this process. */
const MOST_FAILURES = 8;

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
  /** Answers 500 so far, by what was to be delivered. */
  readonly #failures = new Map<string, number>();
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
      segment.last = record;
      if ('dataset' in record && record.dataset !== null) segment.datasets.add(record.dataset);
      if (record.type === 'metric') this.#gather(segment, record);
      else await this.#deliverOne(number, segment, record);
    }
    for (const segment of this.#segments.values())
      for (const run of segment.runs.values())
        await this.#guarded(run.key, () => this.#sendPoints(segment, run));
  }

  /**
   * What is to be done once all that is there has been delivered: ends what was left open by writers that are gone, unless
   * a later one goes on with it, shows the parent as its latest segment is, deletes what was made twice.
   * @param isGone told the writer's name and the segment's number
   */
  async settle(isGone: (writer: string, segment: number) => Promise<boolean>): Promise<void> {
    for (const [number, segment] of this.#segments) {
      if (segment.closed !== undefined || !(await isGone(segment.opened.writer, number))) continue;
      for (const [name, run] of segment.runs) {
        if (run.ended || this.#latestRun.get(name) !== run) continue;
        await this.#guarded(run.key, async () => {
          const remote = await this.#ensure(segment, run);
          if (!isDelivered(remote, segment, run.last))
            await this.#finish(remote, 'KILLED', segment, run.last);
          this.expected.end(run.key, 'KILLED');
        });
        run.ended = true;
      }
      const parent = await this.#parent(segment);
      if (!isDelivered(parent, segment, segment.last))
        await this.#remote!.log(parent, { tags: deliveredUpTo(segment, segment.last) });
      segment.closed = 'interrupted';
    }
    await this.#settleParent();
    await this.#remote?.removeTwins();
  }

  /** The parent is as the latest segment is. */
  async #settleParent(): Promise<void> {
    const segment = this.#segments.get(Math.max(...this.#segments.keys()));
    if (!segment) return;
    const { closed, last } = segment;
    const parent = await this.#parent(segment);
    const status = closed === undefined ? 'RUNNING' : STATUS[closed];
    this.expected.run(this.#journal).status = closed && STATUS[closed];
    if (parent.deleted || parent.status === status) return;
    await this.#options.client.updateRun(parent.id, {
      status,
      ...(closed !== undefined && { endTime: last.time }),
    });
    parent.status = status;
  }

  async #open(number: number, opened: SegmentRecord): Promise<void> {
    const { client, experiment = opened.experiment, again } = this.#options;
    this.#journal ||= opened.journal;
    this.#remote ??= await RemoteRuns.open(client, experiment, { journal: this.#journal, again });
    const segment: Segment = {
      ...{ opened, runs: new Map(), datasets: new Set(), last: opened, closed: undefined },
    };
    this.#segments.set(number, segment);
    const parent = await this.#parent(segment);
    if (isDelivered(parent, segment, opened)) return;
    await this.#guarded('the run', () => this.#remote!.log(parent, { tags: provenanceTags(opened) }));
  }

  #parent({ opened }: Segment): Promise<RemoteRun> {
    return this.#remote!.ensure(this.#journal, {
      name: opened.experiment,
      startTime: opened.time,
      tags: { 'mlflow.note.content': fitText(opened.title, LIMITS.tag), 'mlflow.source.name': 'stagecraft' },
    });
  }

  #gather(segment: Segment, record: MetricRecord): void {
    const { run: name, key, value, step, time } = record;
    const run = segment.runs.get(name);
    if (!run) return;
    run.last = record;
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
        const key = before?.key ?? `${this.#journal}/${record.run}/${segment.opened.id}`;
        const run: TaskRun = { key, facts: record, points: [], last: record, ended: false };
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
        segment.closed = record.end;
        break;
    }
  }

  async #start(segment: Segment, run: TaskRun): Promise<void> {
    const params = runParams(run.facts);
    this.expected.begin(run.key, { params, parent: this.#journal });
    const remote = await this.#ensure(segment, run);
    if (isDelivered(remote, segment, run.facts)) return;
    if (run.facts.type === 'resume') await this.#options.client.updateRun(remote.id, { status: 'RUNNING' });
    await this.#remote!.log(remote, { params, tags: provenanceTags(segment.opened) });
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

  async #end(segment: Segment, run: TaskRun, record: EndRecord): Promise<void> {
    const { end, made } = record;
    const remote = await this.#ensure(segment, run);
    const dataset = made && datasetOf(run.facts, made);
    this.expected.run(run.key).dataset = dataset && { name: dataset.name, digest: dataset.digest };
    if (made) this.#remember(run, made);
    if (!isDelivered(remote, segment, record)) await this.#deliverEnd(remote, segment, run, record);
    this.expected.end(run.key, STATUS[end]);
  }

  async #deliverEnd(remote: RemoteRun, segment: Segment, run: TaskRun, record: EndRecord): Promise<void> {
    const { end, message, made } = record;
    const { client, runsDirectory } = this.#options;
    if (message !== undefined)
      await this.#remote!.log(remote, { tags: { 'mlflow.note.content': fitText(message, LIMITS.tag) } });
    if (made) {
      await this.#remote!.log(remote, { tags: environmentTags(made) });
      const dataset = datasetOf(run.facts, made);
      if (dataset) await client.logDatasets(remote.id, [dataset]);
      const folder = join(runsDirectory, made.directory);
      const problem = await deliverArtifact(this.#target(remote), run.facts, made, folder);
      if (problem !== undefined) this.problems.add(problem);
    }
    await this.#finish(remote, STATUS[end], segment, record);
  }

  #remember({ key, facts: { recipe } }: TaskRun, made: ArtifactRecord): void {
    this.expected.run(key).made = made;
    this.#best.made({ recipe, artifact: made.artifact });
    this.#makers.set(makerKey({ recipe, output: made.output }), key);
    if (isNet(made)) this.#netRuns.set(recipe, key);
  }

  /** What a run of this journal made needs no link. */
  async #link(segment: Segment, record: LinkRecord): Promise<void> {
    if (this.#makers.has(makerKey(record))) return;
    const key = `${this.#journal}/link/${makerKey(record)}`;
    const tag = deliveredTag('link');
    this.expected.begin(key, { params: runParams(record), parent: this.#journal });
    await deliverLink(this.#target(await this.#parent(segment)), this.#remote!, { record, key, tag });
    this.expected.end(key, 'FINISHED');
  }

  async #report(number: number, segment: Segment, record: ReportRecord): Promise<void> {
    const parent = await this.#parent(segment);
    const { runsDirectory } = this.#options;
    const destination = {
      ...{ remote: this.#remote!, expected: this.expected },
      isDelivered: isDelivered(parent, segment, record),
    };
    const problem = await deliverReport(this.#target(parent), destination, {
      ...{ record, opened: segment.opened, journal: this.#journal, segment: number, runsDirectory },
      dataset: segment.datasets.size === 1 ? [...segment.datasets][0] : undefined,
    });
    if (problem !== undefined) this.problems.add(problem);
  }

  async #close(segment: Segment, record: CloseRecord): Promise<void> {
    const parent = await this.#parent(segment);
    if (isDelivered(parent, segment, record)) return;
    const best = this.#best.best();
    const maker = best && this.#remote!.get(this.#netRuns.get(best.checkpoint) ?? '');
    if (best && maker)
      await this.#guarded('best net', () => registerBest(this.#target(maker), best, segment.opened));
    await this.#remote!.log(parent, { tags: deliveredUpTo(segment, record) });
  }

  #target(run: RemoteRun): Target {
    return { client: this.#options.client, experimentId: this.#remote!.experimentId, run };
  }

  async #finish(
    run: RemoteRun,
    status: (typeof STATUS)[RunEnd],
    segment: Segment,
    last: Place,
  ): Promise<void> {
    await this.#options.client.updateRun(run.id, { status, endTime: last.time });
    await this.#remote!.log(run, { tags: deliveredUpTo(segment, last) });
  }

  /** What the server will never take is remembered, and the rest goes on; so is what it fails at again and again. */
  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failures.delete(what);
    } catch (error) {
      if (!(error instanceof UnfitValueError) && !this.#isRefused(what, error)) throw error;
      this.problems.add(`${what}: ${(error as Error).message}`);
    }
  }

  #isRefused(what: string, error: unknown): boolean {
    if (!(error instanceof MlflowError)) return false;
    if (error.facts.status !== 500) return isOfOneRun(error);
    const failures = (this.#failures.get(what) ?? 0) + 1;
    this.#failures.set(what, failures);
    return failures >= MOST_FAILURES;
  }
}

/** Whether other runs may still be taken. */
function isOfOneRun({ facts: { mayPass, status } }: MlflowError): boolean {
  return !mayPass && status !== undefined && status !== 401 && status !== 403;
}

function isDelivered({ deleted, tags }: RemoteRun, { opened }: Segment, { sequence }: Place): boolean {
  const delivered = tags.get(deliveredTag(opened.id));
  return deleted || (delivered !== undefined && Number(delivered) >= sequence);
}

function deliveredUpTo({ opened }: Segment, { sequence }: Place): Texts {
  return { [deliveredTag(opened.id)]: String(sequence) };
}

function makerKey({ recipe, output }: Pick<LinkRecord, 'recipe' | 'output'>): string {
  return `${recipe.slice(0, 32)}-${output.slice(0, 32)}`;
}
