/**
 * The journal's record format, version 2: JSON lines. What sends runs to MLflow reads nothing else, so a
 * record says everything about its point once: its run, its time and its place in the sequence.
 */
import type { Environment, FileRecord } from '../plan/execution.js';
import type { Labels } from '../plan/labels.js';
import type { ReportFile, RunEnd } from '../run/tracker.js';

export const JOURNAL_FORMAT = 2;

interface Common {
  /** From 0, without gaps, within one segment (one invocation). */
  readonly sequence: number;
  /** Milliseconds since 1970, an integer; taken once, here. */
  readonly time: number;
}

/** Opens each segment. */
export interface SegmentRecord extends Common {
  readonly type: 'segment';
  readonly format: typeof JOURNAL_FORMAT;
  /** Tells the journal from all others, wherever it is copied to; the same in all its segments. */
  readonly journal: string;
  /** Of this segment; another one of the same number in a copy of the journal has another. */
  readonly id: string;
  readonly experiment: string;
  readonly title: string;
  /** Who writes: `<place>.<pid>.<start>`, see `process-identity.ts`. */
  readonly writer: string;
  /** Of our package. */
  readonly version: string;
  /** Of the folder that the run was started in; null outside of git. */
  readonly commit: string | null;
}

/** A run is named by its task's recipe, and by which time this experiment does the task from the start. */
interface RunIdentity {
  readonly run: string;
  readonly recipe: string;
  readonly generation: number;
}

interface TaskFacts {
  readonly kind: string;
  readonly stage: string;
  readonly labels: Labels;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The image set's name; null for tasks that have none. */
  readonly dataset: string | null;
  /** Recipes by role. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
}

/** The run of a task begins, or goes on. */
export interface StartRecord extends Common, RunIdentity, TaskFacts {
  readonly type: 'start' | 'resume';
}

/** What the store holds of a task. */
export interface ArtifactRecord {
  /** Digest over all files. */
  readonly output: string;
  /** What sort of artifact, e.g. `checkpoint`. */
  readonly artifact: string;
  /** Relative to the folder of all results. */
  readonly directory: string;
  readonly files: Readonly<Record<string, FileRecord>>;
  /** Digests of what was read, by role. */
  readonly inputDigests: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly host: string;
  readonly seconds: number;
}

/** A task that was done already. */
export interface LinkRecord extends Common, TaskFacts, ArtifactRecord {
  readonly type: 'link';
  /** The run that made it, if this journal has one. */
  readonly run: string;
  readonly recipe: string;
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
  /** Why it failed. */
  readonly message?: string;
  /** What a finished task made. */
  readonly made?: ArtifactRecord;
}

/** A file for people. */
export interface ReportRecord extends Common, Omit<ReportFile, 'path'> {
  readonly type: 'report';
  /** Relative to the folder of all results. */
  readonly path: string;
  /** As it was written; a later run may have replaced it. */
  readonly sha256: string;
}

/** The invocation ends. */
export interface CloseRecord extends Common {
  readonly type: 'close';
  readonly end: RunEnd;
}

export type JournalRecord =
  SegmentRecord | StartRecord | LinkRecord | MetricRecord | EndRecord | ReportRecord | CloseRecord;

/** Omits the fields that the journal itself fills in. */
export type JournalEntry = JournalRecord extends infer R
  ? R extends Common
    ? Omit<R, keyof Common>
    : never
  : never;

const NEWLINE = 0x0a;

/** Names of segments, in order: six digits. */
export const SEGMENT_NAME = /^\d{6}\.jsonl$/;

export function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.jsonl`;
}

/** The whole records of a segment; a line that a crash cut short, and what follows it, is left out. */
export function readSegment(text: string): JournalRecord[] {
  const records: JournalRecord[] = [];
  const lines = text.split('\n');
  // The last part has no newline behind it: it is empty, or was cut short.
  for (const line of lines.slice(0, -1)) {
    const record = parseRecord(line);
    if (!record) break;
    records.push(record);
  }
  return records;
}

/** The same of a file in parts, for one that is not to be in memory. */
export async function* readRecords(
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<JournalRecord, void, undefined> {
  let rest = Buffer.alloc(0);
  for await (const part of parts) {
    rest = Buffer.concat([rest, part]);
    let start = 0;
    for (let stop = rest.indexOf(NEWLINE); stop >= 0; stop = rest.indexOf(NEWLINE, start)) {
      const record = parseRecord(rest.toString('utf8', start, stop));
      if (!record) return;
      yield record;
      start = stop + 1;
    }
    rest = rest.subarray(start);
  }
}

/** Whether it opens a segment in this version's format. */
export function isOurSegment(record: JournalRecord): record is SegmentRecord {
  return record.type === 'segment' && (record.format as number) === JOURNAL_FORMAT;
}

/** Undefined for a line that is no record: a crash tore it. */
export function parseRecord(line: string): JournalRecord | undefined {
  try {
    const record = JSON.parse(line) as JournalRecord;
    return typeof record === 'object' && typeof record.type === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
