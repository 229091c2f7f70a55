/** What parent and worker say to each other over the IPC channel; plain data. */
import type { Cluster } from '../util/share.js';
import type { Environment } from '../plan/execution.js';
import type { TaskEnd, TaskMessage, TaskOrder } from '../run/executor.js';

/** What a worker is started with, in its environment as JSON; a task that wants another gets another worker. */
export interface WorkerSettings {
  readonly backend: 'tensorflow' | 'wasm' | 'cpu';
  /** The compiled binding, for `tensorflow`. */
  readonly binding?: string;
  /** Threads inside one operation. */
  readonly threads: number;
  /** Extra folders for the loader (CUDA's libraries). */
  readonly libraryPath: readonly string[];
  /** Which GPU of the machine it has, from 0; all if left out. */
  readonly device?: number;
}

/** A worker's program and what it is started with. */
export interface WorkerProgram {
  /** Absolute path. */
  readonly program: string;
  readonly settings: WorkerSettings;
}

export type { Cluster };

export const SETTINGS_VARIABLE = 'STAGECRAFT_WORKER';

/** TensorFlow reads its threads and its log level when it is loaded, so they stand in the environment. */
export function workerEnvironment(settings: WorkerSettings): Record<string, string> {
  const threads = String(settings.threads);
  const inherited = process.env['LD_LIBRARY_PATH'];
  const libraryPath = [...settings.libraryPath, ...(inherited ? [inherited] : [])].join(':');
  return {
    [SETTINGS_VARIABLE]: JSON.stringify(settings),
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: '1',
    // Several workers can have one GPU.
    TF_FORCE_GPU_ALLOW_GROWTH: process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true',
    TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '1',
    ...deviceEnvironment(settings.device),
    ...(libraryPath !== '' && { LD_LIBRARY_PATH: libraryPath }),
  };
}

/**
 * IEEE arithmetic unless the user's environment asks for TF32, and one GPU a worker, of those that the user's environment
 * allows. Without a GPU nobody reads this.
 */
function deviceEnvironment(device: number | undefined): Record<string, string> {
  const tf32 = process.env['NVIDIA_TF32_OVERRIDE'] ?? '0';
  if (device === undefined) return { NVIDIA_TF32_OVERRIDE: tf32 };
  const allowed = process.env['CUDA_VISIBLE_DEVICES']?.split(',');
  const chosen = allowed ? allowed[device % allowed.length]! : String(device);
  return { NVIDIA_TF32_OVERRIDE: tf32, CUDA_VISIBLE_DEVICES: chosen };
}

export type ToWorker =
  /** `cluster`: the workers that do it together. */
  | { readonly type: 'run'; readonly order: TaskOrder; readonly cluster?: Cluster }
  | { readonly type: 'find-port' }
  | { readonly type: 'stop' }
  | { readonly type: 'describe' };

export type FromWorker =
  | Exclude<TaskMessage, { type: 'log' }>
  | { readonly type: 'end'; readonly end: TaskEnd }
  /** The answer to `find-port`. */
  | { readonly type: 'port'; readonly port: number }
  /** The answer to `describe`. */
  | { readonly type: 'description'; readonly environment: Environment };
