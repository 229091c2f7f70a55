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
import { fitKey, fitText, LIMITS } from '../mlflow/values.js';
import { deliverArtifact, isNet } from './artifact-delivery.js';
import { type Best, BestNet, TOP1_KEY } from './best-net.js';
import { Expected } from './expected.js';
import type { Followed } from './journal-follower.js';
import { type LinkFacts, Links } from './link-delivery.js';
import { Refusals } from './refusals.js';
import { registerBest } from './register-best.js';
import {
  deliveredUpTo,
  type Ended,
  isDelivered,
  makerKey,
  nameOf,
  type Place,
  type Segment,
  type TaskRun,
} from './segment.js';
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

const STATUS = { finished: 'FINISHED', failed: 'FAILED', interrupted: 'KILLED' } as const;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #segments = new Map<number, Segment>();
  /** The latest run of each name, for those that go on in a later segment. */
  readonly #latestRun = new Map<string, TaskRun>();
  /** Keys of the runs of this journal that made something, by recipe and output; and those of nets, by recipe. */
  readonly #makers = new Map<string, string>();
  readonly #netRuns = new Map<string, string>();
  readonly #links = new Links();
  readonly #best = new BestNet();
  readonly #refusals = new Refusals();
  #remote: RemoteRuns | undefined;
  /** Of the first segment: two that were opened at once each named one. */
  #journal = '';
  /** What it is to hold. */
  readonly expected = new Expected();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** What the server will not take, ever; and files that are gone. */
  get problems(): Set<string> {
    return this.#refusals.problems;
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
      else await this.#deliverOne(segment, record);
    }
    for (const segment of this.#segments.values())
      for (const run of segment.runs.values())
        await this.#refusals.guard(nameOf(run), () => this.#sendPoints(segment, run));
  }

  /** Whether a task that was done before has no run on the server that made it. */
  get hasOpenLinks(): boolean {
    return this.#links.areOpen;
  }

  /** Looks for the makers of links once more. */
  async settleLinks(): Promise<void> {
    for (const link of this.#links.open)
      await this.#refusals.guard(runName(link.record), () => this.#deliverLink(link));
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
        await this.#refusals.guard(nameOf(run), async () => {
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
      ...{ opened, runs: new Map(), datasets: new Set(), last: opened, closed: undefined, isWhole: true },
    };
    this.#segments.set(number, segment);
    const parent = await this.#parent(segment);
    const tags = provenanceTags(opened);
    this.expected.tags(this.#journal, tags);
    if (isDelivered(parent, segment, opened)) return;
    await this.#ofParent(segment, 'the run', () => this.#remote!.log(parent, { tags }));
  }

  async #ofParent(
    segment: Segment,
    what: string,
    work: () => Promise<unknown>,
    options?: { readonly forbidden: boolean },
  ): Promise<void> {
    segment.isWhole = (await this.#refusals.guard(what, work, options)) && segment.isWhole;
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
    segment: Segment,
    record: StartRecord | LinkRecord | EndRecord | ReportRecord | CloseRecord,
  ): Promise<void> {
    switch (record.type) {
      case 'start':
      case 'resume': {
        const before = record.type === 'resume' ? this.#latestRun.get(record.run) : undefined;
        const key = before?.key ?? `${this.#journal}/${record.run}/${segment.opened.id}`;
        const run: TaskRun = {
          ...{ key, facts: record, points: [], last: record, ended: false, concluded: false },
        };
        segment.runs.set(record.run, run);
        this.#latestRun.set(record.run, run);
        this.#best.begin(record);
        await this.#refusals.guard(nameOf(run), () => this.#start(segment, run));
        break;
      }
      case 'end': {
        const run = segment.runs.get(record.run);
        if (!run) break;
        await this.#refusals.guard(nameOf(run), async () => {
          await this.#sendPoints(segment, run);
          await this.#end(segment, run, record);
        });
        run.ended = run.concluded = true;
        break;
      }
      case 'link':
        await this.#refusals.guard(runName(record), () => this.#link(segment, record));
        break;
      case 'report':
        await this.#ofParent(segment, record.path, () => this.#report(segment, record));
        break;
      case 'close':
        await this.#refusals.guard('the run', () => this.#close(segment, record));
        segment.closed = record.end;
        break;
    }
  }

  async #start(segment: Segment, run: TaskRun): Promise<void> {
    const params = runParams(run.facts);
    const tags = { ...runTags(run.facts), ...provenanceTags(segment.opened) };
    this.expected.begin(run.key, { name: runName(run.facts), params, parent: this.#journal });
    this.expected.tags(run.key, tags);
    const remote = await this.#ensure(segment, run);
    if (isDelivered(remote, segment, run.facts)) return;
    if (run.facts.type === 'resume') await this.#options.client.updateRun(remote.id, { status: 'RUNNING' });
    await this.#remote!.log(remote, { params, tags });
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

  async #end(segment: Segment, run: TaskRun, record: Ended): Promise<void> {
    const { end, made } = record;
    const remote = await this.#ensure(segment, run);
    if (made) {
      this.#remember(run, made);
      const dataset = datasetOf(run.facts, made);
      this.expected.run(run.key).dataset = dataset && { name: dataset.name, digest: dataset.digest };
      this.expected.tags(run.key, environmentTags(made));
    }
    const isWhole =
      isDelivered(remote, segment, record) || (await this.#deliverEnd(remote, segment, run, record));
    // What was refused has been told.
    if (isWhole) this.expected.end(run.key, STATUS[end]);
  }

  /** @returns whether nothing was refused */
  async #deliverEnd(remote: RemoteRun, segment: Segment, run: TaskRun, record: Ended): Promise<boolean> {
    const { end, message, made } = record;
    const { client, runsDirectory } = this.#options;
    if (message !== undefined)
      await this.#remote!.log(remote, { tags: { 'mlflow.note.content': fitText(message, LIMITS.tag) } });
    let isWhole = true;
    if (made) {
      await this.#remote!.log(remote, { tags: environmentTags(made) });
      const dataset = datasetOf(run.facts, made);
      if (dataset) await client.logDatasets(remote.id, [dataset]);
      const folder = join(runsDirectory, made.directory);
      isWhole = await this.#refusals.guard(`${nameOf(run)}, its files`, () =>
        deliverArtifact(this.#target(remote), run.facts, made, folder),
      );
    }
    // It has ended, whatever became of its files.
    await client.updateRun(remote.id, { status: STATUS[end], endTime: record.time });
    if (isWhole) await this.#remote!.log(remote, { tags: deliveredUpTo(segment, record) });
    return isWhole;
  }

  #remember({ key, facts: { recipe } }: TaskRun, made: ArtifactRecord): void {
    this.expected.run(key).made = made;
    this.#best.made({ recipe, artifact: made.artifact });
    this.#makers.set(makerKey({ recipe, output: made.output }), key);
    if (isNet(made)) this.#netRuns.set(recipe, key);
  }

  /** What a run of this journal made needs no link. */
  async #link(segment: Segment, record: LinkRecord): Promise<void> {
    this.#best.begin(record);
    this.#best.made(record);
    if (this.#makers.has(makerKey(record))) return;
    // The process died between making it and saying so.
    const unfinished = this.#latestRun.get(record.run);
    if (unfinished && !unfinished.concluded) {
      await this.#end(segment, unfinished, { ...record, end: 'finished', made: record });
      unfinished.ended = unfinished.concluded = true;
      return;
    }
    const key = `${this.#journal}/link/${makerKey(record)}`;
    this.expected.begin(key, { name: runName(record), params: runParams(record), parent: this.#journal });
    this.expected.tags(key, { ...runTags(record), ...environmentTags(record) });
    await this.#deliverLink({ record, key, tag: deliveredTag('link'), parent: await this.#parent(segment) });
    this.expected.end(key, 'FINISHED');
  }

  async #deliverLink(link: LinkFacts): Promise<void> {
    const { latest } = await this.#links.deliver(this.#options.client, this.#remote!, link);
    const error = latest.get(TOP1_KEY)?.value;
    if (error !== undefined) this.#best.metric(link.record.recipe, TOP1_KEY, error);
  }

  async #report(segment: Segment, record: ReportRecord): Promise<void> {
    const parent = await this.#parent(segment);
    const { runsDirectory } = this.#options;
    const destination = {
      ...{ remote: this.#remote!, expected: this.expected },
      isDelivered: isDelivered(parent, segment, record),
    };
    await deliverReport(this.#target(parent), destination, {
      ...{ record, opened: segment.opened, journal: this.#journal, runsDirectory },
      dataset: segment.datasets.size === 1 ? [...segment.datasets][0] : undefined,
    });
  }

  async #close(segment: Segment, record: CloseRecord): Promise<void> {
    const parent = await this.#parent(segment);
    if (isDelivered(parent, segment, record)) return;
    const best = this.#best.best();
    // Whose a registered model is, is a matter of its own.
    if (best)
      await this.#ofParent(segment, 'best net', () => this.#register(best, segment.opened), {
        forbidden: true,
      });
    if (segment.isWhole) await this.#remote!.log(parent, { tags: deliveredUpTo(segment, record) });
  }

  /** The run that made the net is of this journal, or stands in a link. */
  async #register(best: Best, { experiment, title }: SegmentRecord): Promise<void> {
    const { client, experiment: named } = this.#options;
    const own = this.#remote!.get(this.#netRuns.get(best.checkpoint) ?? '');
    const runId = own?.id ?? this.#links.makerOf(best.checkpoint);
    if (runId !== undefined) await registerBest(client, runId, best, { name: named ?? experiment, title });
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
}
