/** What parent and worker say to each other over the IPC channel; plain data. */
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
}

/** A worker's program and what it is started with. */
export interface WorkerProgram {
  /** Absolute path. */
  readonly program: string;
  readonly settings: WorkerSettings;
}

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
    TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '1',
    ...(libraryPath !== '' && { LD_LIBRARY_PATH: libraryPath }),
  };
}

export type ToWorker =
  | { readonly type: 'run'; readonly order: TaskOrder }
  | { readonly type: 'stop' }
  | { readonly type: 'describe' };

export type FromWorker =
  | Exclude<TaskMessage, { type: 'log' }>
  | { readonly type: 'end'; readonly end: TaskEnd }
  /** The answer to `describe`. */
  | { readonly type: 'description'; readonly environment: Environment };
