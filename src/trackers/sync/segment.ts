/** One invocation in a journal, the runs of its tasks, and how far the server has them. */
import type { RunEnd } from '../../run/tracker.js';
import type { EndRecord, JournalRecord, LinkRecord, SegmentRecord, StartRecord } from '../journal-record.js';
import type { Metric, Texts } from '../mlflow/values.js';
import { deliveredTag, type RemoteRun } from './remote-runs.js';
import { runName } from './task-run.js';

/** How a run ended, and what it made. */
export type Ended = Place & Pick<EndRecord, 'end' | 'message' | 'made'>;

/** Of a record in its segment. */
export type Place = Pick<JournalRecord, 'sequence' | 'time'>;

/** A run of a task while its records come. */
export interface TaskRun {
  readonly key: string;
  readonly facts: StartRecord;
  readonly points: Metric[];
  /** The last record so far. */
  last: Place;
  ended: boolean;
  /** Whether the journal itself says how it ended. */
  concluded: boolean;
}

/** One invocation. */
export interface Segment {
  readonly opened: SegmentRecord;
  /** Runs of tasks by their name in the journal. */
  readonly runs: Map<string, TaskRun>;
  /** Names of the image sets that its tasks have. */
  readonly datasets: Set<string>;
  last: Place;
  /** How it ended; undefined while it goes on. */
  closed: RunEnd | undefined;
  /** Whether nothing of what belongs to the parent run was refused. */
  isWhole: boolean;
}

export function nameOf({ facts }: TaskRun): string {
  return runName(facts);
}

export function isDelivered({ deleted, tags }: RemoteRun, { opened }: Segment, { sequence }: Place): boolean {
  const delivered = tags.get(deliveredTag(opened.id));
  return deleted || (delivered !== undefined && Number(delivered) >= sequence);
}

export function deliveredUpTo({ opened }: Segment, { sequence }: Place): Texts {
  return { [deliveredTag(opened.id)]: String(sequence) };
}

export function makerKey({ recipe, output }: Pick<LinkRecord, 'recipe' | 'output'>): string {
  return `${recipe.slice(0, 32)}-${output.slice(0, 32)}`;
}
