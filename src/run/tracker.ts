/** The port to experiment tracking; the journal in `trackers/` is the first implementation, what sends it to MLflow reads that. */
import type { Task } from '../plan/plan.js';

export type RunEnd = 'finished' | 'failed' | 'interrupted';

export abstract class Tracker {
  /** Comes before all else; an experiment that was tracked before is gone on with. */
  abstract open(experiment: string): Promise<void>;
  /** Begins a run of a task from its first step; another run of the same task stays as it is. */
  abstract start(task: Task): void;
  /** Goes on with the latest run of a task, whose work continues where it stopped. */
  abstract resume(task: Task): void;
  /** A task that was done before: its run is the one that made it. */
  abstract link(task: Task, execution: string): void;
  /** Each (task, key, step) counts once: a resumed task's repeated points are dropped. */
  abstract metric(task: Task, key: string, value: number, step: number): void;
  /** Returns once everything about the task is on the disk. */
  abstract end(task: Task, end: RunEnd): Promise<void>;
  abstract close(): Promise<void>;
}
