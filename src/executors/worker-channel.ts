/** A worker's way to its parent: Node's channel where it was forked, else lines of JSON on standard input and output. */
import { createInterface } from 'node:readline';
import type { FromWorker, ToWorker } from './worker-protocol.js';

/** Set where messages are lines. */
export const LINES_VARIABLE = 'STAGECRAFT_LINES';

export interface WorkerChannel {
  readonly say: (message: FromWorker) => void;
  readonly onMessage: (listener: (message: ToWorker) => void) => void;
  /** Called once the parent is gone or has closed it. */
  readonly onClose: (listener: () => void) => void;
}

export function parentChannel(): WorkerChannel {
  return process.env[LINES_VARIABLE] === undefined ? forked() : lines();
}

function forked(): WorkerChannel {
  return {
    say: (message) => {
      if (process.connected) process.send!(message);
    },
    onMessage: (listener) =>
      process.on('message', (message) => {
        listener(message as ToWorker);
      }),
    onClose: (listener) => process.on('disconnect', listener),
  };
}

function lines(): WorkerChannel {
  const input = createInterface({ input: process.stdin });
  process.stdout.on('error', () => undefined);
  return {
    say: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
    onMessage: (listener) =>
      input.on('line', (line) => {
        listener(JSON.parse(line) as ToWorker);
      }),
    onClose: (listener) => input.on('close', listener),
  };
}
