/** What a server is to hold, gathered while a journal is delivered; small, however long the histories are. */
import { createHash } from 'node:crypto';
import type { ArtifactRecord } from '../journal-record.js';
import type { RunDataset } from '../mlflow/client.js';
import type { RunStatus } from '../mlflow/runs-api.js';
import type { Metric, Texts } from '../mlflow/values.js';
import { digestValue } from '../../util/digest.js';

/** Points of one history, in any order: their number, and a sum over their digests. */
export interface Sum {
  readonly count: number;
  readonly digest: bigint;
}

export const NO_POINTS: Sum = { count: 0, digest: 0n };

const MODULUS = 2n ** 64n;

export function withPoint({ count, digest }: Sum, point: Metric): Sum {
  return { count: count + 1, digest: (digest + digestOf(point)) % MODULUS };
}

/** The largest number that a database column holds stands for what is beyond (measured, MLflow 3.17.2). */
const LARGEST = 1.7976931348623157e308;

function digestOf({ step, timestamp, value }: Metric): bigint {
  const kept = value === Infinity ? LARGEST : value === -Infinity ? -LARGEST : value;
  const hash = createHash('sha256').update(`${step} ${timestamp} ${kept}`).digest();
  return hash.readBigUInt64LE();
}

interface History {
  sum: Sum;
  lastStep: number;
}

/** What is known of a run when it is begun. */
export interface ExpectedFacts {
  readonly name: string;
  readonly params: Texts;
  /** Our key of the run that it is shown below. */
  readonly parent: string;
}

interface ExpectedReport {
  readonly sha256: string;
  /** Whether it is what lies in the store now: of invocations at once, who is the last to write need not be the last begun. */
  readonly isCurrent: boolean;
}

export interface ExpectedRun {
  /** Undefined for the parent. */
  facts: ExpectedFacts | undefined;
  /** Undefined while it goes on. */
  status: RunStatus | undefined;
  readonly tags: Map<string, string>;
  dataset: Pick<RunDataset, 'name' | 'digest'> | undefined;
  /** By key of the history. */
  readonly histories: Map<string, History>;
  /** Of a table row: the latest values by key, whatever was there before. */
  latest: Readonly<Record<string, number>>;
  made: ArtifactRecord | undefined;
  /** What was written for people, by path below the run's artifacts. */
  readonly reports: Map<string, ExpectedReport>;
}

export class Expected {
  /** By our key of the run. */
  readonly runs = new Map<string, ExpectedRun>();

  run(key: string): ExpectedRun {
    let run = this.runs.get(key);
    if (!run) this.runs.set(key, (run = newRun()));
    return run;
  }

  /** A run begins or goes on; parameters stay as they were first, as the server has it. */
  begin(key: string, facts: ExpectedFacts): void {
    const run = this.run(key);
    run.facts ??= facts;
    run.status = undefined;
  }

  end(key: string, status: RunStatus): void {
    this.run(key).status = status;
  }

  /** The later of a name counts. */
  tags(key: string, tags: Texts): void {
    const run = this.run(key);
    for (const [name, value] of Object.entries(tags)) run.tags.set(name, value);
  }

  /** What lies in the store counts; where none does, the latest. */
  report(key: string, path: string, report: ExpectedReport): void {
    const { reports } = this.run(key);
    if (report.isCurrent || !reports.get(path)?.isCurrent) reports.set(path, report);
  }

  /** Steps of a history rise in a journal, so what comes again has been counted. */
  points(key: string, points: readonly Metric[]): void {
    const { histories } = this.run(key);
    for (const point of points) {
      const history = histories.get(point.key) ?? { sum: NO_POINTS, lastStep: -Infinity };
      if (point.step <= history.lastStep) continue;
      histories.set(point.key, { sum: withPoint(history.sum, point), lastStep: point.step });
    }
  }
}

function newRun(): ExpectedRun {
  return {
    ...{ facts: undefined, status: undefined, dataset: undefined, latest: {}, made: undefined },
    ...{ tags: new Map(), histories: new Map(), reports: new Map() },
  };
}

/** Of all that a run is to hold. */
export function digestOfRun({
  facts,
  status,
  tags,
  dataset,
  histories,
  latest,
  made,
  reports,
}: ExpectedRun): string {
  const sums = [...histories].map(([key, { sum }]) => [key, sum.count, String(sum.digest)]);
  return digestValue({
    ...{ status, dataset, latest, histories: sums, tags: Object.fromEntries(tags) },
    reports: [...reports].map(([path, { sha256 }]) => [path, sha256]),
    ...{ facts: facts && { ...facts }, output: made?.output },
  });
}
