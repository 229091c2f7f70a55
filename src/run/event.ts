/** What a run reports; listeners print, nothing else does. */
import type { Execution } from '../plan/execution.js';
import type { Task } from '../plan/plan.js';
import type { Delivered } from './tracker.js';
import type { Reason } from '../plan/status.js';

export type RunEvent =
  | {
      readonly type: 'task-cached';
      readonly task: Task;
      readonly execution: Execution;
      /** Its images or its file are not here, so whether they are still those that it read is not known. */
      readonly unchecked?: true;
    }
  /** Another run does it at this time; it is looked at again until that one has done it or is gone. */
  | { readonly type: 'task-waiting'; readonly task: Task; readonly owner: string }
  | { readonly type: 'task-started'; readonly task: Task; readonly reason: Reason }
  /** It goes on from a save point, so many steps or images from its beginning. */
  | { readonly type: 'task-resumed'; readonly task: Task; readonly place: number }
  | {
      readonly type: 'task-progress';
      readonly task: Task;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    }
  | {
      readonly type: 'task-metric';
      readonly task: Task;
      readonly key: string;
      readonly value: number;
      readonly step: number;
    }
  | { readonly type: 'task-log'; readonly task: Task; readonly text: string }
  /** Its worker died; `cause` names the signal or exit status. It begins again. */
  | { readonly type: 'task-repeated'; readonly task: Task; readonly cause: string }
  | { readonly type: 'task-finished'; readonly task: Task; readonly execution: Execution }
  | { readonly type: 'task-failed'; readonly task: Task; readonly message: string }
  /** This version cannot do it yet; `what` ends "cannot ... yet". */
  | { readonly type: 'task-not-yet'; readonly task: Task; readonly what: string }
  | { readonly type: 'task-interrupted'; readonly task: Task }
  | {
      readonly type: 'artifact-damaged';
      readonly task: Task;
      readonly message: string;
      readonly movedTo: string;
    }
  | { readonly type: 'task-blocked'; readonly task: Task; readonly by: Task };

export type RunListener = (event: RunEvent) => void;

/** How a run ended: the execution of each task that is done, by recipe, and what is not. */
export interface Outcome {
  readonly done: ReadonlyMap<string, Execution>;
  readonly failed: readonly Task[];
  /** What this version cannot do. */
  readonly notYet: readonly Task[];
  readonly blocked: readonly Task[];
  readonly interrupted: boolean;
  /** What became of the run's records; absent where they go nowhere but to the disk. */
  readonly delivered?: Delivered;
}
