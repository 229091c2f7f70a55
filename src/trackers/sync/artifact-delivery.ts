/** What a task made, as files of its run; a net as a logged model. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { FileRecord } from '../../plan/execution.js';
import { formatLabels } from '../../plan/labels.js';
import type { ArtifactRecord, StartRecord } from '../journal-record.js';
import { fitModelName } from '../mlflow/models.js';
import type { MlflowClient } from '../mlflow/client.js';
import { required } from '../mlflow/required.js';
import { LIMITS } from '../mlflow/values.js';
import { isMissing } from '../../util/disk.js';
import { UnsendableError } from './refusals.js';
import type { Target } from './target.js';
import { fitted, runParams } from './task-run.js';

/** Score matrices of a whole ImageNet stay in the store; their digests are tags. */
const MAX_ARTIFACT_BYTES = 16 * 2 ** 20;

const READY = 'LOGGED_MODEL_READY';

/**
 * @param folder absolute, where the store has it
 * @throws UnsendableError where a file is gone or is another
 */
export async function deliverArtifact(
  target: Target,
  facts: StartRecord,
  made: ArtifactRecord,
  folder: string,
): Promise<void> {
  await checkWhole(folder, made.files);
  if (isNet(made)) await deliverModel(target, facts, made, folder);
  else if (staysInStore(made)) {
    const tag = `${made.artifact} of ${bytesOf(made)} bytes: kept in the store, as ${made.directory}`;
    await target.client.log(target.run.id, { tags: { 'stagecraft.not_uploaded': tag } });
  } else await uploadAll(target.client, target.run.artifactRoot, made.files, folder);
}

/** Whether it is a logged model. */
export function isNet({ artifact }: ArtifactRecord): boolean {
  return artifact === 'checkpoint';
}

/** Whether it is too large to be sent. */
export function staysInStore(made: ArtifactRecord): boolean {
  return !isNet(made) && bytesOf(made) > MAX_ARTIFACT_BYTES;
}

function bytesOf({ files }: ArtifactRecord): number {
  return Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
}

/** Found by its run when it was begun before. */
async function deliverModel(
  { client, experimentId, run }: Target,
  facts: StartRecord,
  { output, files }: ArtifactRecord,
  folder: string,
): Promise<void> {
  const known = await modelOf(client, experimentId, run.id);
  if (known?.ready && !run.again) return;
  const { model_id: made } = known
    ? { model_id: known.id }
    : ((
        await client.models.create({
          experimentId,
          name: fitModelName(formatLabels(facts.labels) || facts.stage),
          sourceRunId: run.id,
          params: runParams(facts),
          tags: fitted([['stagecraft.output', output]], LIMITS.tag),
        })
      ).info ?? {});
  const id = required(made, 'model.info.model_id');
  const root = required((await client.models.get(id)).info?.artifact_uri, 'model.info.artifact_uri');
  await uploadAll(client, root, files, folder);
  await client.artifacts.upload(root, 'MLmodel', Buffer.from(mlModel(id, run.id, Object.keys(files))));
  // Most servers say so themselves when the model is made, and a second time is an error.
  const { outputs } = await client.run(run.id);
  if (!outputs?.model_outputs?.some((model) => model.model_id === id))
    await client.logModels(run.id, [{ model_id: id, step: 0 }]);
  await client.models.finalize(id, READY);
}

export async function modelOf(
  client: MlflowClient,
  experimentId: string,
  runId: string,
): Promise<{ readonly id: string; readonly ready: boolean } | undefined> {
  const [model] = await client.models.search(experimentId, `source_run_id = '${runId}'`);
  const id = model?.info?.model_id;
  return id === undefined ? undefined : { id, ready: model?.info?.status === READY };
}

/** By which MLflow knows a folder for a model; the flavour is ours, no other program loads it. */
function mlModel(id: string, runId: string, files: readonly string[]): string {
  const flavour = { stagecraft: { data: files } };
  return JSON.stringify(
    { artifact_path: '', flavors: flavour, model_id: id, run_id: runId, model_uuid: id },
    null,
    2,
  );
}

async function uploadAll(
  client: MlflowClient,
  root: string,
  files: Readonly<Record<string, FileRecord>>,
  folder: string,
): Promise<void> {
  for (const name of Object.keys(files)) await client.artifacts.upload(root, name, join(folder, name));
}

/** The server is to have what was made, or nothing. */
async function checkWhole(folder: string, files: Readonly<Record<string, FileRecord>>): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(files)) {
    const path = join(folder, name);
    const digest = await digestParts(createReadStream(path)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (digest === undefined)
      throw new UnsendableError(`${path} is gone from the store, so it is not on the server`);
    if (digest !== sha256) throw new UnsendableError(`${path} is not what was stored, so it is not sent`);
  }
}

/** SHA-256, hex. */
async function digestParts(parts: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of parts) hash.update(part as Uint8Array);
  return hash.digest('hex');
}
