/** The port to experiment tracking; the journal in `trackers/` is the first implementation, what sends it to MLflow reads that. */
import type { Execution } from '../plan/execution.js';
import type { Task } from '../plan/plan.js';

export type RunEnd = 'finished' | 'failed' | 'interrupted';

/** What a run of one or more specs is tracked as. */
export interface TrackedExperiment {
  /** Names the folder under `runs/`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
}

/** An artifact in the store. */
export interface Stored {
  readonly execution: Execution;
  /** Absolute. */
  readonly directory: string;
}

/** How a task ended. */
export type TrackedEnd =
  | ({ readonly end: 'finished' } & Stored)
  | { readonly end: 'failed'; readonly message: string }
  | { readonly end: 'interrupted' };

/** A file for people that a run wrote. */
export interface ReportFile {
  /** Absolute. */
  readonly path: string;
  /** SHA-256 of what was written, 64 hex digits. */
  readonly sha256: string;
  /** Of the report that it is a format of, e.g. the table's name. */
  readonly report: string;
  /** `table`: the table as data, whose rows are results. */
  readonly holds: 'spec' | 'table' | 'report' | 'picture';
}

/** What became of what was tracked, beyond the disk. */
export interface Delivered {
  /** The server's address, without credentials. */
  readonly to: string;
  /** Why not all of it is there; null when it is. */
  readonly missing: string | null;
}

export abstract class Tracker {
  /** Comes before all else; an experiment that was tracked before is gone on with. */
  abstract open(experiment: TrackedExperiment): Promise<void>;
  /** Begins a run of a task from its first step; another run of the same task stays as it is. */
  abstract start(task: Task): void;
  /** Goes on with the latest run of a task, whose work continues where it stopped. */
  abstract resume(task: Task): void;
  /** A task that was done before: its run is the one that made it. */
  abstract link(task: Task, stored: Stored): void;
  /** Each (task, key, step) counts once: a resumed task's repeated points are dropped. */
  abstract metric(task: Task, key: string, value: number, step: number): void;
  /** Returns once everything about the task is on the disk. */
  abstract end(task: Task, end: TrackedEnd): Promise<void>;
  /** What the run wrote for people. */
  abstract report(file: ReportFile): void;
  /** Returns undefined where it goes nowhere but to the disk. */
  abstract close(end: RunEnd): Promise<Delivered | undefined>;
}
