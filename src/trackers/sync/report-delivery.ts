/** What a run wrote for people, as files of the parent run; the rows of tables as runs of their own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '../../run/table.js';
import { digestBytes } from '../../util/digest.js';
import { isMissing } from '../../util/disk.js';
import type { ReportRecord, SegmentRecord } from '../journal-record.js';
import type { MlflowClient } from '../mlflow/client.js';
import type { Metric } from '../mlflow/values.js';
import type { Expected } from './expected.js';
import { UnsendableError } from './refusals.js';
import type { RemoteRun, RemoteRuns } from './remote-runs.js';
import { type RowRun, rowRuns } from './table-rows.js';
import type { Target } from './target.js';

export interface Destination {
  readonly remote: RemoteRuns;
  readonly expected: Expected;
  readonly isDelivered: boolean;
}

export interface Report {
  readonly record: ReportRecord;
  readonly opened: SegmentRecord;
  readonly journal: string;
  /** The data set of the experiment's results, if it is one. */
  readonly dataset: string | undefined;
  /** Absolute folder of all results. */
  readonly runsDirectory: string;
}

/**
 * @param expected is told what the server is to hold
 * @param isDelivered whether the file is on the server; rows are looked at one by one
 * @throws UnsendableError where the file is gone
 */
export async function deliverReport(
  target: Target,
  { remote, expected, isDelivered }: Destination,
  { record, opened, journal, dataset, runsDirectory }: Report,
): Promise<void> {
  const { client, run: parent } = target;
  const path = join(runsDirectory, record.path);
  const bytes = await bytesOf(path);
  if (!bytes && !isDelivered) throw new UnsendableError(`${path} is gone, so it is not on the server`);
  const { sha256 } = record;
  const isCurrent = bytes !== undefined && digestBytes(bytes) === sha256;
  expected.report(journal, pathOnServer(record, opened), { sha256, isCurrent });
  // Another run has replaced it, and its record comes too; or somebody has changed it, which reading back shows.
  if (!isCurrent) return;
  if (!isDelivered) await client.artifacts.upload(parent.artifactRoot, pathOnServer(record, opened), bytes);
  if (record.holds !== 'table') return;
  for (const row of rowRuns(JSON.parse(bytes.toString('utf8')) as Table, dataset)) {
    const key = `${journal}/row/${row.key}`;
    expected.begin(key, { name: row.name, params: row.params, parent: journal });
    expected.tags(key, row.tags);
    expected.run(key).latest = row.metrics;
    const known = remote.get(key);
    if (!isDelivered || !known || known.again) {
      const { name, tags } = row;
      const run = await remote.ensure(key, { name, tags, startTime: record.time, parentRunId: parent.id });
      if (!run.deleted) await deliverRow(target.client, remote, run, { row, time: record.time });
    }
    expected.end(key, 'FINISHED');
  }
}

async function deliverRow(
  client: MlflowClient,
  remote: RemoteRuns,
  run: RemoteRun,
  { row, time }: { readonly row: RowRun; readonly time: number },
): Promise<void> {
  const metrics = changed(run, row.metrics, time);
  await remote.log(run, { params: row.params, tags: row.tags, metrics });
  if (run.status === 'FINISHED') return;
  await client.updateRun(run.id, { status: 'FINISHED', endTime: time });
  run.status = 'FINISHED';
}

/** Undefined if there is no such file. */
async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A table that came out the same again adds no points; steps count how often a number came out otherwise. */
function changed(
  { latest }: RemoteRun,
  metrics: Readonly<Record<string, number>>,
  timestamp: number,
): readonly Metric[] {
  return Object.entries(metrics)
    .filter(([key, value]) => latest.get(key)?.value !== value)
    .map(([key, value]) => ({ key, value, timestamp, step: (latest.get(key)?.step ?? 0) + 1 }));
}

/** Of several experiments at once each has its folder. */
export function pathOnServer({ path }: ReportRecord, { experiment }: SegmentRecord): string {
  const parts = path.split(/[\\/]/);
  return (parts[0] === experiment ? parts.slice(1) : parts).join('/');
}
