/** The port to where tasks run; implementations are in `executors/`. */
import type { DatasetSource } from '../data/dataset.js';
import type { Environment, Execution } from '../plan/execution.js';
import type { Task } from '../plan/plan.js';
import type { SavedPlace, SavePlaces } from './save-points.js';

/** One input as the worker gets it. */
export interface InputLocation {
  /** Absolute. */
  readonly directory: string;
  readonly execution: Execution;
}

/** Everything that a worker needs for one task; plain data. */
export interface TaskOrder {
  readonly task: Task;
  readonly inputs: Readonly<Record<string, readonly InputLocation[]>>;
  /** Absolute folder of the attempt, the only place where the worker writes. */
  readonly directory: string;
  /** Where its images lie; absent for tasks that read none. */
  readonly source?: DatasetSource;
  /** Absolute path of the file of weights that it reads; absent for tasks that read none. */
  readonly file?: string;
  /** Absolute paths of the plugins' modules that the worker loads kinds from. */
  readonly plugins: readonly string[];
  readonly savePlaces: SavePlaces;
  /** Where it goes on from; absent where it begins. */
  readonly resumed?: SavedPlace;
  /** That a net and what it computes may take on one machine. */
  readonly memoryGiB: number;
  /** Of the workers that do it together, one each, in their order; absent where one does it. */
  readonly hosts?: readonly string[];
}

/** What a running task says. */
export type TaskMessage =
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly type: 'metric'; readonly key: string; readonly value: number; readonly step: number }
  | { readonly type: 'log'; readonly text: string };

export type TaskEnd =
  | {
      readonly type: 'done';
      readonly environment: Environment;
      /** Of its worker; absent where an earlier task needed more. */
      readonly peakMemoryBytes?: number;
      /** Since it was ready for its first image or step; absent where it does not say when. */
      readonly workSeconds?: number;
    }
  | { readonly type: 'failed'; readonly message: string; readonly damaged?: Execution }
  | { readonly type: 'interrupted' }
  /** A worker died: `cause` names the signal or exit status; `ofOther` says that it was one that does the task with this one. */
  | { readonly type: 'crashed'; readonly cause: string; readonly ofOther?: true };

export abstract class Executor {
  /** Tasks that run at the same time. */
  abstract readonly slots: number;
  /** Aborting `signal` asks the task to stop; the promise settles once it has. It rejects only on errors of ours. */
  abstract execute(
    order: TaskOrder,
    listener: (message: TaskMessage) => void,
    signal: AbortSignal,
  ): Promise<TaskEnd>;
  /** What a worker here is, with everything that a task could use. */
  abstract environment(): Promise<Environment>;
  /** Ends all workers. */
  abstract close(): Promise<void>;
}
