/**
 * The journal's record format, version 1: JSON lines. What sends runs to MLflow reads nothing else, so a
 * record says everything about its point once: its run, its time and its place in the sequence.
 */
import type { Labels } from '../plan/labels.js';
import type { RunEnd } from '../run/tracker.js';

interface Common {
  /** From 0, without gaps, within one segment (one invocation). */
  readonly sequence: number;
  /** Milliseconds since 1970, an integer; taken once, here. */
  readonly time: number;
}

/** Opens each segment. */
export interface SegmentRecord extends Common {
  readonly type: 'segment';
  readonly format: 1;
  readonly experiment: string;
}

/** A run is named by its task's recipe, and by which time this experiment does the task from the start. */
interface RunIdentity {
  readonly run: string;
  readonly recipe: string;
  readonly generation: number;
}

/** The run of a task begins, or goes on. */
export interface StartRecord extends Common, RunIdentity {
  readonly type: 'start' | 'resume';
  readonly kind: string;
  readonly stage: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly labels: Labels;
}

/** A task that was done already: `output` is the digest of what it made. */
export interface LinkRecord extends Common {
  readonly type: 'link';
  readonly run: string;
  readonly recipe: string;
  readonly kind: string;
  readonly stage: string;
  readonly output: string;
}

export interface MetricRecord extends Common {
  readonly type: 'metric';
  readonly run: string;
  /** With the unit in its name, e.g. `top1_error_percent`. */
  readonly key: string;
  /** A number, or the strings that JSON lacks. */
  readonly value: number | 'NaN' | 'Infinity' | '-Infinity';
  readonly step: number;
}

export interface EndRecord extends Common, RunIdentity {
  readonly type: 'end';
  readonly end: RunEnd;
}

export type JournalRecord = SegmentRecord | StartRecord | LinkRecord | MetricRecord | EndRecord;

/** Omits the fields that the journal itself fills in. */
export type JournalEntry = JournalRecord extends infer R
  ? R extends Common
    ? Omit<R, keyof Common>
    : never
  : never;

/** The whole records of a segment; a line that a crash cut short, and what follows it, is left out. */
export function readSegment(text: string): JournalRecord[] {
  const records: JournalRecord[] = [];
  const lines = text.split('\n');
  // The last part has no newline behind it: it is empty, or was cut short.
  for (const line of lines.slice(0, -1)) {
    try {
      records.push(JSON.parse(line) as JournalRecord);
    } catch {
      break;
    }
  }
  return records;
}
