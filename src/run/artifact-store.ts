/** The port to where artifacts are kept; implementations are in `stores/`. */
import type { Environment, Execution, Measures } from '../plan/execution.js';
import type { Task } from '../plan/plan.js';
import type { SavedPlace } from './save-points.js';
import type { Failure } from '../plan/status.js';
import type { Lease } from '../util/disk.js';

/** A place to write in; becomes an artifact by one rename, or nothing. */
export interface Attempt {
  readonly task: Task;
  /** Absolute. */
  readonly directory: string;
  /** Absolute folder of the task's save points; it outlives the attempt, and goes when the task is published. */
  readonly savePoints: string;
}

export interface Publication extends Measures {
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly startedAt: Date;
}

/** An artifact whose bytes are not those that were published: it is set aside, its task runs again. */
export class DamagedArtifactError extends Error {
  override readonly name = 'DamagedArtifactError';
  readonly execution: Execution;

  constructor(message: string, execution: Execution, options?: ErrorOptions) {
    super(message, options);
    this.execution = execution;
  }
}

/** That this process does something, as others see it. */
export type HeldLease = Pick<Lease, 'release'>;

export abstract class ArtifactStore {
  /** Kinds of which there is anything. */
  abstract kinds(): Promise<readonly string[]>;

  /** The recipes of a kind of which there may be an execution: one look for thousands of tasks. */
  abstract recipes(kind: string): Promise<ReadonlySet<string>>;

  /** All executions of a recipe, oldest first. A folder without a readable manifest is none. */
  abstract executions(kind: string, recipe: string): Promise<readonly Execution[]>;

  /** The tries that failed and have not succeeded since, by recipe. */
  abstract failures(): Promise<ReadonlyMap<string, Failure>>;

  /** Remembers that a task failed, until it is published. */
  abstract recordFailure(task: Task, message: string): Promise<void>;

  /** For one task; it only saves work that would be done twice. @returns the name of the process that does it, where another does */
  abstract lease(task: Task): Promise<HeldLease | { readonly heldBy: string }>;

  /** Makes an empty folder for one attempt; what dead attempts of this host left is removed. */
  abstract begin(task: Task): Promise<Attempt>;

  /** Digests and syncs the files, writes the manifest and renames. If another has published the same, theirs stands. */
  abstract publish(attempt: Attempt, publication: Publication): Promise<Execution>;

  /** How far an unfinished task of these inputs got; undefined if it has to begin. */
  abstract savedPlace(attempt: Attempt, inputs: Publication['inputs']): Promise<SavedPlace | undefined>;

  abstract discard(attempt: Attempt): Promise<void>;

  /** Absolute folder of a published execution. */
  abstract directoryOf(execution: Execution): string;

  /**
   * Reads one file of an artifact.
   * @throws DamagedArtifactError if it is not what was published
   */
  abstract read(execution: Execution, file: string): Promise<Uint8Array>;

  /** Takes an artifact away; one that is interrupted leaves it whole or gone, never a part of it. */
  abstract remove(execution: Execution): Promise<void>;

  /**
   * For a run from its beginning to its end, or for who removes what is not needed: many runs go together, but none with
   * a removal.
   * @returns the name of a process that is in the way
   */
  abstract occupy(what: 'run' | 'removal'): Promise<HeldLease | { readonly heldBy: string }>;

  /** What ended attempts left, and what was set aside: absolute paths. Only for who occupies the store for a removal. */
  abstract leftovers(): Promise<readonly string[]>;

  /** Folders of save points, by the recipe of the task that is not finished: absolute paths. */
  abstract unfinished(): Promise<ReadonlyMap<string, string>>;

  /** Removes some of these. */
  abstract clear(paths: readonly string[]): Promise<void>;

  /** Folders that should be artifacts, and have no manifest that is whole: absolute paths. */
  abstract unreadable(): Promise<readonly string[]>;

  /** Moves such a folder out of the way and returns where it lies now. */
  abstract setAsideFolder(path: string): Promise<string>;

  /** Moves a damaged artifact out of the way and returns where it lies now. */
  abstract setAside(execution: Execution): Promise<string>;
}
