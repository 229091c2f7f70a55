/** Runs one task in a worker: finds its stage, gives it its inputs and its folder, turns what it throws into an end. */
import { diskProblem } from '../util/disk.js';
import { UserError } from '../util/user-error.js';
import { WorkerLost } from '../util/worker-lost.js';
import { DamagedArtifactError } from './artifact-store.js';
import type { TaskEnd, TaskOrder } from './executor.js';
import { memoryProblem } from './out-of-memory.js';
import type { SavePlaces, SavePoints } from './save-points.js';
import type { Environment, Execution } from '../plan/execution.js';
import type { Stage } from './stage.js';
import { type ArtifactReader, type ArtifactWriter, Interrupted, type TaskReporter } from './stage.js';

/** How a worker opens folders; kept apart from the host so that it knows no file system. */
export interface Files {
  reader(directory: string, execution: Execution): ArtifactReader;
  writer(directory: string): ArtifactWriter;
  savePoints(places: SavePlaces, environment: Environment): SavePoints;
}

export class TaskHost {
  readonly #stages: readonly Stage[];
  readonly #files: Files;
  readonly #environment: Environment;

  constructor(stages: readonly Stage[], files: Files, environment: Environment) {
    this.#stages = stages;
    this.#files = files;
    this.#environment = environment;
  }

  async run(order: TaskOrder, reporter: TaskReporter, signal: AbortSignal): Promise<TaskEnd> {
    const { task, source, file, directory } = order;
    const stage = this.#stages.find(({ kind }) => kind === task.kind);
    if (!stage) throw new Error(`Internal error: no stage of kind "${task.kind}" in the worker`);
    const inputs = Object.fromEntries(
      Object.entries(order.inputs).map(([role, locations]) => [
        role,
        locations.map((location) => this.#files.reader(location.directory, location.execution)),
      ]),
    );
    const before = peakMemory();
    let readyAt: number | undefined;
    const heard: TaskReporter = {
      progress: (done, total, unit) => {
        if (done > 0) reporter.progress(done, total, unit);
        else readyAt ??= performance.now();
      },
      metric: (key, value, step) => {
        reporter.metric(key, value, step);
      },
    };
    try {
      const output = this.#files.writer(directory);
      await stage.run({
        parameters: task.parameters,
        inputs,
        output,
        reporter: heard,
        savePoints: this.#files.savePoints(order.savePlaces, this.#environment),
        signal,
        memoryBytes: order.memoryGiB * 2 ** 30,
        ...(source && { source }),
        ...(file !== undefined && { file }),
      });
      // Where it did not rise, an earlier task of this worker needed more, and what this one did is not known.
      const peak = peakMemory();
      return {
        type: 'done',
        environment: this.#environment,
        ...(peak > before && { peakMemoryBytes: peak }),
        ...(readyAt !== undefined && { workSeconds: (performance.now() - readyAt) / 1000 }),
      };
    } catch (error) {
      return endOf(error);
    }
  }
}

/** Bytes, the most since this process was started. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** The user's mistakes by their message, ours with the stack. */
function endOf(error: unknown): TaskEnd {
  if (error instanceof Interrupted) return { type: 'interrupted' };
  if (error instanceof WorkerLost) return { type: 'crashed', cause: error.message, ofOther: true };
  if (error instanceof DamagedArtifactError) {
    return {
      type: 'failed',
      message: `${error.message}. Run again: it is made anew.`,
      damaged: error.execution,
    };
  }
  if (error instanceof UserError) return { type: 'failed', message: error.message };
  const problem = diskProblem(error) ?? memoryProblem(error);
  if (problem !== undefined) return { type: 'failed', message: problem };
  return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
