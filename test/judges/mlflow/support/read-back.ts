/** What Python's own client finds on a server. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MLFLOW_BIN } from './mlflow-server.js';

const JUDGE = fileURLToPath(new URL('../../../../../test/judges/mlflow/read_back.py', import.meta.url));

/** Step, time, value (a word where it is not finite). */
export type Point = readonly [number, number, number | string];

export interface FoundRun {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly points: Readonly<Record<string, readonly Point[]>>;
  /** Name, digest, context. */
  readonly datasets: readonly (readonly [string, string, string])[];
  readonly models: readonly string[];
  /** SHA-256 by path. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Found {
  readonly runs: readonly FoundRun[];
  /** The registered model's version under the alias `best`: its files, and the shapes of its tensors. */
  readonly best: {
    readonly files: Readonly<Record<string, string>>;
    readonly tensors: Readonly<Record<string, readonly number[]>>;
  } | null;
}

/** @param folder absolute, for the files; without one none is downloaded */
export async function readBack(url: string, experiment: string, folder?: string): Promise<Found> {
  const { stdout } = await promisify(execFile)(
    join(MLFLOW_BIN, 'python3'),
    [JUDGE, url, experiment, ...(folder === undefined ? [] : [folder])],
    { maxBuffer: 2 ** 30, env: { ...process.env, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false' } },
  );
  return JSON.parse(stdout) as Found;
}
