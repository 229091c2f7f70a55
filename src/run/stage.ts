/** The port to the work of one stage kind; implementations are `stages/<kind>/stage.ts` and run in a worker. */
import type { DatasetSource } from '../data/dataset.js';
import type { SavePoints } from './save-points.js';
import { UserError } from '../util/user-error.js';

/** A finished artifact that a task reads; every read checks the digest. */
export interface ArtifactReader {
  /** @throws DamagedArtifactError if the bytes are not those of the manifest */
  read(file: string): Promise<Uint8Array>;
  /**
   * A file in parts of any length, for one that is not to be in memory. What was read counts only once the end is
   * reached: there the digest is compared.
   * @throws DamagedArtifactError if the bytes are not those of the manifest
   */
  readParts(file: string): AsyncIterable<Uint8Array>;
}

/** The folder of one attempt; nothing in it counts until the parent publishes it. */
export interface ArtifactWriter {
  write(file: string, bytes: Uint8Array | string): Promise<void>;
}

/** What a running task says about itself. */
export interface TaskReporter {
  /** `done` of `total`, in `unit`s (steps, images). That 0 are done says that all is ready: a plan tells the time from there. */
  progress(done: number, total: number, unit: string): void;
  /** A number of a history; units stand in the key, e.g. `train_loss`, `top1_error_percent`. */
  metric(key: string, value: number, step: number): void;
}

export interface StageTask<P> {
  readonly parameters: P;
  /** By role; a role that takes many has them in the order of the plan. */
  readonly inputs: Readonly<Record<string, readonly ArtifactReader[]>>;
  readonly output: ArtifactWriter;
  /** Where the images lie; absent for kinds that read none. */
  readonly source?: DatasetSource;
  /** Absolute path of the file of weights that it reads; absent for kinds that read none. */
  readonly file?: string;
  readonly reporter: TaskReporter;
  /** Where it can go on from, and leaves where it is; absent for tasks that are soon done anew. */
  readonly savePoints?: SavePoints;
  /** That a net and what it computes may take; as usual if left out. */
  readonly memoryBytes?: number;
  /** Aborted when the user interrupts: the stage then throws {@link Interrupted} at its next step. */
  readonly signal: AbortSignal;
}

/** Thrown by a stage that was asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The task cannot succeed with what it was given: bad images, a loss that is not finite. The message is for the user. */
export class TaskError extends UserError {
  override readonly name = 'TaskError';
}

export abstract class Stage<P = unknown> {
  abstract readonly kind: string;
  /** @throws TaskError, Interrupted */
  abstract run(task: StageTask<P>): Promise<void>;
}

/**
 * Lets signals, messages and timers in: a loop that only awaits device data starves them.
 * @throws Interrupted if the task was asked to stop
 */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new Interrupted('The task was interrupted');
}

/** Where the images of a task lie that reads some. */
export function sourceOf({ source }: Pick<StageTask<unknown>, 'source'>): DatasetSource {
  if (!source) throw new Error('Internal error: a task that reads images was given no image set');
  return source;
}
