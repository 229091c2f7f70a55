/** A checkpoint in a folder: an artifact of the store, or files that somebody put there. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckpointDescription, readDescription, WEIGHTS_FILE } from '../nn/checkpoint.js';
import type { FileInParts } from '../nn/export/checkpoint-weights.js';
import type { Origin } from '../nn/export/model-card.js';
import type { Execution } from '../plan/execution.js';
import { DirectoryReader } from '../stores/artifact-files.js';
import { readJson } from '../stores/read-json.js';
import { type Disk, isMissing } from '../util/disk.js';
import { UserError } from '../util/user-error.js';
import { strangerProblem } from './stranger-checkpoint.js';

export interface CheckpointFolder {
  readonly description: CheckpointDescription;
  readonly weights: FileInParts;
  /** Once all parts of the weights have been read. */
  readonly origin: () => Origin;
}

/**
 * Opens the checkpoint of an artifact, whose files are compared with its manifest as they are read, or of a folder that
 * has none.
 * @param folder absolute
 * @throws UserError if there is no checkpoint, DamagedArtifactError if it is not what was stored
 */
export async function openCheckpoint(disk: Disk, folder: string): Promise<CheckpointFolder> {
  const found = await readJson<Execution>(disk, join(folder, 'manifest.json'));
  const manifest = isManifest(found) ? found : undefined;
  const reader = manifest
    ? new DirectoryReader(disk, folder, manifest)
    : { read: (file: string) => disk.readFile(join(folder, file)), readParts: plainParts(disk, folder) };
  const hash = createHash('sha256');
  const hashed = async function* (parts: AsyncIterable<Uint8Array>) {
    for await (const part of parts) {
      hash.update(part);
      yield part;
    }
  };
  try {
    const description = await readDescription(reader);
    const problem = manifest ? undefined : strangerProblem(description);
    if (problem !== undefined)
      throw new UserError(
        `${join(folder, 'checkpoint.json')} describes no net: it is not one of ours (${problem}).`,
      );
    const { size } = await stat(join(folder, WEIGHTS_FILE));
    return {
      description,
      weights: { bytes: size, parts: hashed(reader.readParts(WEIGHTS_FILE)) },
      origin: () => originOf(hash.digest('hex'), manifest),
    };
  } catch (error) {
    if (!manifest && (isMissing(error) || error instanceof SyntaxError))
      throw new UserError(
        `${folder} holds no checkpoint: that is a folder with checkpoint.json and ${WEIGHTS_FILE}.`,
        { cause: error },
      );
    throw error;
  }
}

/** Another program's file may be called so too. */
function isManifest(found: Partial<Execution> | undefined): found is Execution {
  return Object.hasOwn(found?.files ?? {}, WEIGHTS_FILE);
}

function plainParts(disk: Disk, folder: string) {
  return (file: string) => disk.readParts(join(folder, file));
}

function originOf(weightsSha256: string, manifest: Execution | undefined): Origin {
  if (!manifest) return { weightsSha256 };
  const { recipe, kind, version, output } = manifest;
  return { weightsSha256, recipe, kind, version, output };
}
