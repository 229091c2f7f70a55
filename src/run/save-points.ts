/** Places that a task which is not finished can go on from, as if nothing had stopped it. */
import type { CheckpointPolicy } from '../plan/plan.js';
import type { FloatArray } from '../util/safetensors.js';

export interface SavePoint {
  /** How far the task is: steps, images. */
  readonly place: number;
  /** Plain JSON; what has no word there (infinities) is the stage's to spell. */
  readonly facts: unknown;
  readonly arrays: ReadonlyMap<string, FloatArray>;
}

/** What a stage has of them. */
export interface SavePoints {
  /**
   * The newest that is whole; undefined where the task begins.
   * @throws TaskError where it was made in another environment, so that going on would give other bits
   */
  latest(): Promise<SavePoint | undefined>;
  /** Whether the experiment's policy wants one at this place. */
  isDue(place: number): boolean;
  /** Returns once it is on the disk. */
  save(point: SavePoint): Promise<void>;
}

/** What the parent knows of the newest one. */
export interface SavedPlace {
  readonly place: number;
  /** That the task has worked for it, all tries together. */
  readonly seconds: number;
  /** Inside one operation: other numbers of threads sum in other orders. */
  readonly threads: number | undefined;
}

/** Where a worker finds and leaves them. */
export interface SavePlaces {
  /** Absolute; need not be there. */
  readonly directory: string;
  readonly policy: CheckpointPolicy;
  /** Digests of what the task reads, by role: of other inputs, a save point is another task's. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether one of another environment will do. */
  readonly accept: boolean;
}
