/** Asks a fresh worker what engine it opens and where it runs; for `doctor`, and for `reuse: same-environment`. */
import { fork } from 'node:child_process';
import type { Environment } from '../plan/execution.js';
import { type FromWorker, type ToWorker, workerEnvironment, type WorkerProgram } from './worker-protocol.js';

/** @returns what the worker opened, or why it opened nothing */
export async function probeWorker({
  program,
  settings,
}: WorkerProgram): Promise<{ environment: Environment } | { problem: string }> {
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...workerEnvironment(settings) },
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  try {
    return await new Promise((resolve) => {
      child.on('message', (message: FromWorker) => {
        if (message.type === 'description') resolve({ environment: message.environment });
        if (message.type === 'end' && message.end.type === 'failed')
          resolve({ problem: message.end.message });
      });
      child.on('error', (error) => {
        resolve({ problem: error.message });
      });
      child.on('exit', (status, signal) => {
        resolve({ problem: `the worker died (${signal ?? `exit status ${String(status)}`}) ${log}`.trim() });
      });
      child.send({ type: 'describe' } satisfies ToWorker, () => undefined);
    });
  } finally {
    if (child.connected) child.disconnect();
  }
}
