/** Reads every artifact of a store and compares it with its digests; what is damaged is set aside. */
import type { Execution } from '../plan/execution.js';
import { type ArtifactStore, DamagedArtifactError } from '../run/artifact-store.js';

export interface Damage {
  readonly execution: Execution;
  readonly message: string;
  /** Where it lies now; its task is to do again. */
  readonly movedTo: string;
}

export interface StoreReport {
  readonly artifacts: number;
  readonly files: number;
  readonly bytes: number;
  readonly damaged: readonly Damage[];
  /** Folders that had no whole manifest: where each lies now. */
  readonly unreadable: readonly string[];
}

/** @param progress told the artifacts that have been read, and of how many */
export async function checkStore(
  store: ArtifactStore,
  progress: (done: number, total: number) => void,
): Promise<StoreReport> {
  const executions = await allExecutions(store);
  const damaged: Damage[] = [];
  let [files, bytes] = [0, 0];
  for (const [done, execution] of executions.entries()) {
    progress(done, executions.length);
    const message = await damageOf(store, execution);
    if (message !== undefined) damaged.push({ execution, message, movedTo: await store.setAside(execution) });
    files += Object.keys(execution.files).length;
    bytes += bytesOf(execution);
  }
  progress(executions.length, executions.length);
  const unreadable: string[] = [];
  for (const path of await store.unreadable()) unreadable.push(await store.setAsideFolder(path));
  return { artifacts: executions.length, files, bytes, damaged, unreadable };
}

export async function allExecutions(store: ArtifactStore): Promise<readonly Execution[]> {
  const found: Execution[] = [];
  for (const kind of await store.kinds())
    for (const recipe of await store.recipes(kind)) found.push(...(await store.executions(kind, recipe)));
  return found;
}

export function bytesOf({ files }: Execution): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

async function damageOf(store: ArtifactStore, execution: Execution): Promise<string | undefined> {
  try {
    for (const file of Object.keys(execution.files)) await store.read(execution, file);
    return undefined;
  } catch (error) {
    if (error instanceof DamagedArtifactError) return error.message;
    throw error;
  }
}
