/** Reads back what was delivered: the points of each history by number and digest, files by theirs. */
import type { MlflowClient } from '../mlflow/client.js';
import { digestParts, isNet, modelOf, staysInStore } from './artifact-delivery.js';
import { type ExpectedRun, NO_POINTS, withPoint } from './expected.js';
import { deliveredOf, type RemoteRun, type RemoteRuns, VERIFIED_TAG } from './remote-runs.js';
import type { Delivery } from './delivery.js';

export interface Verified {
  readonly runs: number;
  readonly points: number;
  readonly files: number;
  /** Runs that lack something or have it otherwise, by our key, with what. */
  readonly wrong: ReadonlyMap<string, string>;
}

/** Looks at the runs that have not been found whole before; what they are to hold stands in the delivery. */
export async function verify(client: MlflowClient, { expected, remote }: Delivery): Promise<Verified> {
  const wrong = new Map<string, string>();
  let [runs, points, files] = [0, 0, 0];
  for (const [key, run] of expected.runs) {
    const there = remote?.get(key);
    if (there?.deleted) continue;
    runs += 1;
    const counts = countsOf(run);
    points += counts.points;
    files += counts.files;
    const delivered = there && deliveredOf(there);
    // What still runs is read back once it has ended.
    if (there && (delivered === undefined || there.tags.get(VERIFIED_TAG) === delivered)) continue;
    const problem = there ? await difference(client, remote!, there, run) : 'it is not there';
    if (problem !== undefined) wrong.set(key, problem);
    else await remote!.log(there!, { tags: { [VERIFIED_TAG]: delivered! } });
  }
  return { runs, points, files, wrong };
}

function countsOf({ histories, made, reports }: ExpectedRun): { points: number; files: number } {
  const points = [...histories.values()].reduce((total, { sum }) => total + sum.count, 0);
  return { points, files: (made ? Object.keys(made.files).length : 0) + reports.size };
}

async function difference(
  client: MlflowClient,
  { experimentId }: RemoteRuns,
  run: RemoteRun,
  { histories, made, reports }: ExpectedRun,
): Promise<string | undefined> {
  for (const [key, { sum }] of histories) {
    const { count, digest } = sum;
    let found = NO_POINTS;
    for await (const point of client.metricHistory(run.id, key)) found = withPoint(found, point);
    if (found.count !== count) return `${key} has ${found.count} points of ${count}`;
    if (found.digest !== digest) return `${key} has other points`;
  }
  for (const [path, sha256] of reports) {
    const digest = await digestThere(client, { root: run.artifactRoot, path, bytes: 0 });
    if (digest !== sha256)
      return `${path} is ${digest === undefined ? 'not there' : 'not what the run wrote'}`;
  }
  if (!made || staysInStore(made)) return undefined;
  const root = isNet(made) ? await modelRoot(client, experimentId, run) : run.artifactRoot;
  if (root === undefined) return 'its model is not there';
  for (const [name, file] of Object.entries(made.files)) {
    const digest = await digestThere(client, { root, path: name, bytes: file.bytes });
    if (digest !== file.sha256) return `${name} is ${digest === undefined ? 'not there' : 'other bytes'}`;
  }
  return undefined;
}

/** SHA-256 of a file on the server; undefined where it cannot be had. */
function digestThere(
  client: MlflowClient,
  { root, path, bytes }: { root: string; path: string; bytes: number },
): Promise<string | undefined> {
  return digestParts(client.artifacts.download(root, path, bytes)).catch(() => undefined);
}

async function modelRoot(
  client: MlflowClient,
  experimentId: string,
  { id }: RemoteRun,
): Promise<string | undefined> {
  const model = await modelOf(client, experimentId, id);
  return model?.ready ? (await client.models.get(model.id)).info?.artifact_uri : undefined;
}
