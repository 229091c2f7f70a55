/** Reads back what was delivered: each run's facts, the points of each history by number and digest, files by theirs. */
import type { MlflowClient } from '../mlflow/client.js';
import type { Run } from '../mlflow/runs-api.js';
import { isNet, modelOf, staysInStore } from './artifact-delivery.js';
import type { Delivery } from './delivery.js';
import { digestOfRun, type ExpectedRun, NO_POINTS, withPoint } from './expected.js';
import { keyOf, PARENT_TAG, type RemoteRun, type RemoteRuns, VERIFIED_TAG } from './remote-runs.js';

export interface Verified {
  readonly runs: number;
  readonly points: number;
  readonly files: number;
  /** Of the runs: those that were read back now, not before; those that still go on; and those that were refused or lack files. */
  readonly readNow: number;
  readonly open: number;
  /** That somebody deleted on the server. */
  readonly deleted: number;
  /** Runs that lack something or have it otherwise, by our key, with their name and what. */
  readonly wrong: ReadonlyMap<string, string>;
}

interface Wanted {
  readonly there: RemoteRun;
  readonly run: ExpectedRun;
}

/**
 * Looks at the runs that have not been found whole before, or at all; what they are to hold stands in the delivery.
 * @throws MlflowError where the server does not answer now
 */
export async function verify(
  client: MlflowClient,
  { expected, remote }: Delivery,
  everything: boolean,
): Promise<Verified> {
  const wrong = new Map<string, string>();
  const wanted = new Map<string, Wanted>();
  let [runs, points, files, deleted, open] = [0, 0, 0, 0, 0];
  for (const [key, run] of expected.runs) {
    const there = remote?.get(key);
    if (there?.deleted) {
      deleted += 1;
      continue;
    }
    runs += 1;
    const counts = countsOf(run);
    points += counts.points;
    files += counts.files;
    if (!there) wrong.set(key, `${nameOf(key, run)}: it is not there`);
    // What still runs is read back once it has ended; what is refused is told anyway.
    else if (run.status === undefined) open += 1;
    else if (everything || there.tags.get(VERIFIED_TAG) !== digestOfRun(run)) wanted.set(key, { there, run });
  }
  for await (const [key, problem] of wanted.size > 0 ? differences(client, remote!, wanted) : []) {
    if (problem === undefined) {
      const { there, run } = wanted.get(key)!;
      await remote!.log(there, { tags: { [VERIFIED_TAG]: digestOfRun(run) } });
    } else wrong.set(key, `${nameOf(key, wanted.get(key)!.run)}: ${problem}`);
  }
  return { runs, points, files, wrong, deleted, open, readNow: wanted.size };
}

function nameOf(key: string, { facts }: ExpectedRun): string {
  return facts?.name ?? key;
}

function countsOf({ histories, latest, made, reports }: ExpectedRun): { points: number; files: number } {
  const points = [...histories.values()].reduce((total, { sum }) => total + sum.count, 0);
  return {
    points: points + Object.keys(latest).length,
    files: (made && !staysInStore(made) ? Object.keys(made.files).length : 0) + reports.size,
  };
}

/** What the server has otherwise, of each wanted run; undefined where it is whole. */
async function* differences(
  client: MlflowClient,
  remote: RemoteRuns,
  wanted: ReadonlyMap<string, Wanted>,
): AsyncGenerator<readonly [string, string | undefined], void, undefined> {
  const seen = new Set<string>();
  for await (const found of remote.onServer()) {
    const key = keyOf(found) ?? '';
    const run = wanted.get(key)?.run;
    if (!run) continue;
    const isTwin = seen.has(key);
    seen.add(key);
    yield [key, isTwin ? 'it is there twice' : await difference(client, remote, found, run)];
  }
  for (const key of wanted.keys()) if (!seen.has(key)) yield [key, 'it is not there'];
}

async function difference(
  client: MlflowClient,
  remote: RemoteRuns,
  found: Run,
  run: ExpectedRun,
): Promise<string | undefined> {
  return (
    differenceOfFacts(found, run, remote) ??
    (await differenceOfPoints(client, found, run)) ??
    (await differenceOfFiles(client, found, run, remote.experimentId))
  );
}

function differenceOfFacts(
  { info, data, inputs }: Run,
  { facts, status, tags, dataset, latest }: ExpectedRun,
  remote: RemoteRuns,
): string | undefined {
  if (info?.status !== status) return `its status is ${String(info?.status)} in place of ${String(status)}`;
  const tagsThere = new Map(data?.tags?.map(({ key, value }) => [key, value]));
  for (const [key, value] of tags)
    if (tagsThere.get(key) !== value)
      return `its tag ${key} is ${tagsThere.has(key) ? 'another' : 'not there'}`;
  if (facts) {
    if (tagsThere.get(PARENT_TAG) !== remote.get(facts.parent)?.id)
      return 'it is not below its experiment’s run';
    const params = new Map(data?.params?.map(({ key, value }) => [key, value]));
    for (const [key, value] of Object.entries(facts.params))
      if (params.get(key) !== value)
        return `its parameter ${key} is ${params.has(key) ? 'another' : 'not there'}`;
  }
  if (dataset && !inputs?.dataset_inputs?.some(({ dataset: { digest } }) => digest === dataset.digest))
    return `its data set ${dataset.name} is not there`;
  const values = new Map(data?.metrics?.map(({ key, value }) => [key, Number(value)]));
  for (const [key, value] of Object.entries(latest))
    if (values.get(key) !== value)
      return `${key} is ${values.has(key) ? String(values.get(key)) : 'not there'} in place of ${value}`;
  return undefined;
}

async function differenceOfPoints(
  client: MlflowClient,
  { info }: Run,
  { histories }: ExpectedRun,
): Promise<string | undefined> {
  for (const [key, { sum }] of histories) {
    const { count, digest } = sum;
    let found = NO_POINTS;
    for await (const point of client.metricHistory(info!.run_id!, key)) found = withPoint(found, point);
    if (found.count > count)
      return `${key} has ${found.count} points, ${found.count - count} more than were sent; points cannot be removed, but the run can, and then stays away`;
    if (found.count < count) return `${key} has ${found.count} points of ${count}`;
    if (found.digest !== digest) return `${key} has other points`;
  }
  return undefined;
}

async function differenceOfFiles(
  client: MlflowClient,
  { info }: Run,
  { made, reports }: ExpectedRun,
  experimentId: string,
): Promise<string | undefined> {
  const artifacts = info!.artifact_uri!;
  for (const [path, { sha256 }] of reports) {
    const digest = await client.artifacts.sha256(artifacts, path, 0);
    if (digest !== sha256)
      return `${path} is ${digest === undefined ? 'not there' : 'not what the run wrote'}`;
  }
  if (!made || staysInStore(made)) return undefined;
  const root = isNet(made) ? await modelRoot(client, experimentId, info!.run_id!) : artifacts;
  if (root === undefined) return 'its model is not there';
  for (const [name, file] of Object.entries(made.files)) {
    const digest = await client.artifacts.sha256(root, name, file.bytes);
    if (digest !== file.sha256) return `${name} is ${digest === undefined ? 'not there' : 'other bytes'}`;
  }
  return undefined;
}

async function modelRoot(
  client: MlflowClient,
  experimentId: string,
  runId: string,
): Promise<string | undefined> {
  const model = await modelOf(client, experimentId, runId);
  return model?.ready ? (await client.models.get(model.id)).info?.artifact_uri : undefined;
}
