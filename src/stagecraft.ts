/** The whole of Stagecraft as an object: what the command line does, for programs. */
import { DatasetError, type DatasetSource, type Split } from './data/dataset.js';
import type { DatasetsByKind } from './data/datasets/by-kind.js';
import type { ExportedFiles, ExportRequest } from './export/export-net.js';
import type { SetReport } from './inspect/check-data.js';
import { allExecutions, type StoreReport } from './upkeep/check-store.js';
import type { GarbageReport } from './upkeep/find-garbage.js';
import type { Keep } from './upkeep/garbage.js';
import type { ProgressListener } from './inspect/read-split.js';
import { type Execution, measuresOf } from './plan/execution.js';
import { datasetIdentity } from './plan/expand-spec.js';
import { runName, type Task } from './plan/plan.js';
import type { Planned, Planner } from './planner.js';
import type { LoadedPlugin } from './plugins/load-plugin.js';
import { writeClaims, type WrittenClaims } from './report/write-claims.js';
import { writePictures } from './report/write-pictures.js';
import { writeSpec } from './report/write-spec.js';
import { writeTables, type WrittenTable } from './report/write-tables.js';
import { TaskLogs } from './report/task-logs.js';
import type { ArtifactStore, HeldLease } from './run/artifact-store.js';
import type { Executor } from './run/executor.js';
import type { Outcome, RunListener } from './run/event.js';
import { type DoneTask, readLastRun, writeLastRun, writeWanted } from './run/last-run.js';
import type { Runner } from './run/runner.js';
import type { ReportFile } from './run/tracker.js';
import type { RunsDirectory } from './run/runs-directory.js';
import { mistrust } from './run/network-trust.js';
import { splitsDisagree } from './run/splits-disagree.js';
import { type Survey, survey, type SurveyOptions } from './run/survey.js';
import type { LoadFailure, LoadOptions } from './spec/load.js';
import { parseRange } from './spec/range.js';
import { digestValue } from './util/digest.js';
import type { Disk } from './util/disk.js';
import type { Result } from './util/result.js';
import { UserError } from './util/user-error.js';

export interface RunOptions extends SurveyOptions {
  readonly listener: RunListener;
  /** Aborts the run, which then leaves everything that is finished in its place. */
  readonly signal: AbortSignal;
  /** Whether the first failure ends the run; by default everything that does not need it is done. */
  readonly failFast?: boolean;
  /** Whether tasks that were begun in another environment go on here, with other bits than in either. */
  readonly accept?: boolean;
  /** Whether workers that train together may open ports of their machines. */
  readonly trustNetwork?: boolean;
}

export interface RemovalOptions {
  /** Whether what was found is to go. */
  readonly agree: (found: GarbageReport) => Promise<boolean> | boolean;
  /** Told the artifacts that are gone, and of how many. */
  readonly progress: (done: number, total: number) => void;
}

export interface RunResult {
  readonly outcome: Outcome;
  readonly tables: readonly WrittenTable[];
  /** One an experiment that makes claims. */
  readonly claims: readonly WrittenClaims[];
  /** Absolute paths of what there is to look at. */
  readonly pictures: readonly string[];
  /** Absolute folder of logs and journal; tables lie in the folder of their experiment. */
  readonly directory: string;
}

/** What a run wrote for people. */
type Recorded = Pick<RunResult, 'tables' | 'claims' | 'pictures'> & { readonly files: readonly ReportFile[] };

export interface StagecraftServices {
  readonly planner: Planner;
  readonly disk: Disk;
  readonly datasets: DatasetsByKind;
  readonly store: ArtifactStore;
  readonly executor: Executor;
  readonly runner: Runner;
  readonly runs: RunsDirectory;
}

export class Stagecraft {
  readonly #services: StagecraftServices;

  constructor(services: StagecraftServices) {
    this.#services = services;
  }

  /** Reads, composes, checks and plans specs as one; nothing is written and no image is looked at. */
  async plan(paths: string | readonly string[], options: LoadOptions): Promise<Result<Planned, LoadFailure>> {
    return this.#services.planner.plan(paths, options);
  }

  /** What of a plan is done and what is to do, and why. */
  async survey({ plan, sources, plugins }: Planned, options: SurveyOptions = {}): Promise<Survey> {
    const { store, executor, disk, runs } = this.#services;
    const services = {
      store,
      dataset: this.#dataset(plugins),
      environment: () => executor.environment(),
      lastRun: (experiment: string) => readLastRun(disk, runs.experiment(experiment)),
    };
    return survey(plan, sources, services, options);
  }

  /**
   * Does what is to do and writes the tables that are complete.
   * @throws UserError if workers would open ports that nobody has allowed
   * @throws DatasetError if images are needed that are not there, or whose splits have other classes
   */
  async run(
    planned: Planned,
    { listener, signal, failFast = false, accept = false, trustNetwork = false, ...options }: RunOptions,
  ): Promise<RunResult> {
    const { runner, disk, runs, store } = this.#services;
    const { plan, sources, plugins } = planned;
    const directory = runs.experiment(runName(plan));
    const surveyed = await this.survey(planned, options);
    // Better before the work than after hours of it.
    const services = { sources, dataset: this.#dataset(plugins) };
    const unsafe = trustNetwork ? undefined : mistrust(plan, surveyed.statuses);
    if (unsafe !== undefined) throw new UserError(unsafe);
    const problem = surveyed.missingSource ?? (await splitsDisagree(plan, surveyed.statuses, services));
    if (problem !== undefined) throw new DatasetError(problem);
    const lease = await occupied(store, 'run');
    const logs = new TaskLogs(disk, directory);
    try {
      for (const { name, tasks } of plan.experiments) await writeWanted(disk, runs.experiment(name), tasks);
      const both: RunListener = (event) => {
        logs.hear(event);
        listener(event);
      };
      const paths = plugins.map(({ path }) => path);
      let recorded: Recorded | undefined;
      const outcome = await runner.run({
        ...{ plan, survey: surveyed, sources, plugins: paths, listener: both, signal, failFast, accept },
        report: async (ended) => (recorded = await this.#record(planned, ended)).files,
      });
      const { files: _, ...written } = recorded!;
      return { outcome, ...written, directory };
    } finally {
      await logs.close();
      await lease.release();
    }
  }

  /** Reads every image of the sets that specs name, whatever their limits, and says what they hold and what is wrong. */
  async checkData(
    { plan, sources, plugins }: Planned,
    progress: ProgressListener,
  ): Promise<readonly SetReport[]> {
    const { checkData } = await import('./inspect/check-data.js');
    const dataset = this.#dataset(plugins);
    const reports: SetReport[] = [];
    for (const source of sources.all()) {
      requireServed(dataset, source);
      const tasks = plan.tasks.filter((task) => sources.find(task) === source);
      const used = tasks.flatMap(({ output, parameters }) =>
        output === 'index' ? [parameters['split'] as Split] : [],
      );
      const needed = new Set<Split>(used.length > 0 ? used : ['train', 'val']);
      const scales = tasks.flatMap(({ parameters: { S, Q } }) => [S, Q].flatMap(largestOf));
      const largestScale = scales.length > 0 ? Math.max(...scales) : null;
      reports.push(await checkData(dataset, source, { needed, largestScale, progress }));
    }
    return reports;
  }

  /**
   * Writes the images of a spec's `data`, as its limits choose them, below a folder: `train/`, `val/` and their lists.
   * @param folder absolute
   * @returns the number of images by split
   */
  async exportData(
    { specs, sources, plugins }: Planned,
    folder: string,
    progress: ProgressListener,
  ): Promise<Readonly<Record<Split, number>>> {
    const { exportSplit } = await import('./inspect/export-data.js');
    const dataset = this.#dataset(plugins);
    const { data, values } = specs[0]!;
    const source = sources.get(datasetIdentity(data));
    requireServed(dataset, source);
    const write = (split: Split) =>
      exportSplit(dataset, source, folder, {
        split,
        limit: values.limits[split] ?? null,
        skipsBad: data.values.badImages === 'skip',
        progress,
      });
    return { train: await write('train'), val: await write('val') };
  }

  /**
   * Writes a trained or imported net for other programs, and beside it what these have to know.
   * @param from an execution of the store that made a net, or the absolute folder of a checkpoint
   * @throws UserError if the format cannot hold the net, a weight is not finite, or files are there already
   */
  async exportNet(from: Execution | string, to: Omit<ExportRequest, 'from'>): Promise<ExportedFiles> {
    const { exportNet } = await import('./export/export-net.js');
    const { store, disk } = this.#services;
    return exportNet(disk, { ...to, from: typeof from === 'string' ? from : store.directoryOf(from) });
  }

  /** Everything that the store holds, by kind and time. */
  async stored(): Promise<readonly Execution[]> {
    return allExecutions(this.#services.store);
  }

  /** Reads all of the store and compares it with its digests; what is damaged is set aside. */
  async checkStore(progress: (done: number, total: number) => void): Promise<StoreReport> {
    const { checkStore } = await import('./upkeep/check-store.js');
    return checkStore(this.#services.store, progress);
  }

  /**
   * Removes what of the store may go, an artifact after the other, if `agree` says so of what was found.
   * @throws UserError while a run or another removal works in the store
   */
  async removeGarbage(
    keep: Keep,
    { agree, progress }: RemovalOptions,
  ): Promise<{ readonly found: GarbageReport; readonly removed: boolean }> {
    const { store, disk, runs } = this.#services;
    const { findGarbage } = await import('./upkeep/find-garbage.js');
    const lease = await occupied(store, 'removal');
    try {
      const found = await findGarbage({ store, disk, runs }, keep);
      if (!(await agree(found))) return { found, removed: false };
      for (const [done, { execution }] of found.garbage.entries()) {
        progress(done, found.garbage.length);
        await store.remove(execution);
      }
      await store.clear([...found.unfinished.map(({ directory }) => directory), ...found.leftovers]);
      progress(found.garbage.length, found.garbage.length);
      return { found, removed: true };
    } finally {
      await lease.release();
    }
  }

  async #record({ plan, specs }: Planned, { done }: Outcome): Promise<Recorded> {
    const { store, disk, runs } = this.#services;
    const tables: WrittenTable[] = [];
    const claims: WrittenClaims[] = [];
    const pictures: ReportFile[] = [];
    const files: ReportFile[] = [];
    for (const [i, experiment] of plan.experiments.entries()) {
      const directory = runs.experiment(experiment.name);
      const mine = new Set(experiment.tasks);
      const tasks = plan.tasks.flatMap((task) => {
        const execution = mine.has(task.recipe) ? done.get(task.recipe) : undefined;
        return execution ? [doneTask(task, execution)] : [];
      });
      await writeLastRun(disk, directory, tasks);
      const shelf = { store, disk, directory };
      files.push(await writeSpec(specs[i]!.tree, shelf));
      tables.push(...(await writeTables({ plan, experiment, done }, shelf)));
      const tested = await writeClaims({ plan, experiment, done }, shelf);
      if (tested) claims.push(tested);
      pictures.push(...(await writePictures({ plan, experiment, done }, shelf)));
    }
    files.push(...[...tables, ...claims].flatMap((written) => written.files), ...pictures);
    return { tables, claims, pictures: pictures.map(({ path }) => path), files };
  }

  #dataset(plugins: readonly LoadedPlugin[]): DatasetsByKind {
    const more = plugins.flatMap(({ plugin }) => (plugin.datasets ?? []).map((set) => set.create()));
    return this.#services.datasets.with(more);
  }
}

function doneTask(task: Task, execution: Execution): DoneTask {
  const { output, inputs } = execution;
  return { ...task, ...measuresOf(execution), made: { output, inputs: digestValue(inputs) } };
}

/** @throws UserError if another process is in the way */
async function occupied(store: ArtifactStore, what: 'run' | 'removal'): Promise<HeldLease> {
  const lease = await store.occupy(what);
  if (!('heldBy' in lease)) return lease;
  throw new UserError(
    what === 'run'
      ? `What is not needed is being removed from this store (${lease.heldBy}): run again once that has ended.`
      : `A run works in this store, or another removal (${lease.heldBy}): wait until it has ended.`,
  );
}

/** @throws DatasetError for kinds that specs may name but that have no reader yet */
function requireServed(dataset: DatasetsByKind, { kind, name }: DatasetSource): void {
  if (!dataset.serves(kind))
    throw new DatasetError(`This version cannot read images of the kind "${kind}" yet, which "${name}" is.`);
}

/** Of a scale or a range of them in real px; of anything else nothing. */
function largestOf(scale: unknown): readonly number[] {
  if (typeof scale === 'number') return [scale];
  const range = typeof scale === 'string' ? parseRange(scale) : undefined;
  return range ? [range.max] : [];
}
