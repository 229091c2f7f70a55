/** What a run wrote for people, as files of the parent run; the rows of tables as runs of their own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '../../run/table.js';
import { digestBytes } from '../../util/digest.js';
import { isMissing } from '../../util/disk.js';
import type { ReportRecord, SegmentRecord } from '../journal-record.js';
import { type RemoteRun, type RemoteRuns } from './remote-runs.js';
import { rowRuns } from './table-rows.js';
import type { Target } from './target.js';

export interface Report {
  readonly record: ReportRecord;
  readonly opened: SegmentRecord;
  readonly journal: string;
  /** Number of the segment: the step of what its rows have. */
  readonly segment: number;
  /** The data set of the experiment's results, if it is one. */
  readonly dataset: string | undefined;
  /** Absolute folder of all results. */
  readonly runsDirectory: string;
}

/** @returns what is not delivered and why; undefined when all is */
export async function deliverReport(
  target: Target,
  remote: RemoteRuns,
  { record, opened, journal, segment, dataset, runsDirectory }: Report,
): Promise<string | undefined> {
  const { client, run: parent } = target;
  const path = join(runsDirectory, record.path);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isMissing(error)) return `${path} is gone, so it is not on the server`;
    throw error;
  }
  // A later run has replaced it, and its record comes too; or somebody has changed it, which reading back shows.
  if (digestBytes(bytes) !== record.sha256) return undefined;
  await client.artifacts.upload(parent.artifactRoot, pathOnServer(record, opened), bytes);
  if (record.holds !== 'table') return undefined;
  for (const row of rowRuns(JSON.parse(bytes.toString('utf8')) as Table, dataset)) {
    const run = await remote.ensure(`${journal}/row/${row.key}`, {
      name: row.name,
      startTime: record.time,
      tags: row.tags,
      parentRunId: parent.id,
    });
    if (run.deleted) continue;
    await remote.log(run, { params: row.params, metrics: changed(run, row.metrics, record.time, segment) });
    await client.updateRun(run.id, { status: 'FINISHED', endTime: record.time });
  }
  return undefined;
}

/** A table that came out the same again adds no points. */
function changed(
  { latest }: RemoteRun,
  metrics: Readonly<Record<string, number>>,
  timestamp: number,
  step: number,
) {
  return Object.entries(metrics)
    .filter(([key, value]) => latest.get(key)?.value !== value)
    .map(([key, value]) => ({ key, value, timestamp, step }));
}

/** Of several experiments at once each has its folder. */
export function pathOnServer({ path }: ReportRecord, { experiment }: SegmentRecord): string {
  const parts = path.split(/[\\/]/);
  return (parts[0] === experiment ? parts.slice(1) : parts).join('/');
}
