/** Asks a fresh worker what engine it opens and where it runs; for `doctor`, and for `reuse: same-environment`. */
import type { Environment } from '../plan/execution.js';
import { startWorker } from './start-worker.js';
import { WorkerProcess } from './worker-process.js';
import type { WorkerProgram } from './worker-protocol.js';

/** @returns what the worker opened, or why it opened nothing */
export async function probeWorker(
  program: WorkerProgram,
): Promise<{ environment: Environment } | { problem: string }> {
  const worker = new WorkerProcess(startWorker(program));
  try {
    return await worker.describe();
  } finally {
    await worker.close();
  }
}
