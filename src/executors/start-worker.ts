/** Starts a worker's process: on this machine with a channel of Node's, on another by a remote shell with lines of JSON. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { PassThrough, type Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { LINES_VARIABLE } from './worker-channel.js';
import { type FromWorker, type ToWorker, workerEnvironment, type WorkerProgram } from './worker-protocol.js';

export const THIS_HOST = 'localhost';

/** The remote shell with its options, as `RSYNC_RSH` is for rsync. It must ask nothing. */
const REMOTE_SHELL = process.env['STAGECRAFT_RSH'] ?? 'ssh -o BatchMode=yes';

export interface StartedWorker {
  readonly child: ChildProcess;
  /** What it prints. */
  readonly logs: readonly Readable[];
  onMessage(listener: (message: FromWorker) => void): void;
  /** Nothing, if it is going; its end is seen at `child`. */
  send(message: ToWorker): void;
  /** It leaves then. */
  close(): void;
}

export function isThisHost(host: string): boolean {
  return host === THIS_HOST || host === hostname();
}

export function startWorker(worker: WorkerProgram, host = THIS_HOST): StartedWorker {
  return isThisHost(host) ? startHere(worker) : startThere(worker, host);
}

function startHere({ program, settings }: WorkerProgram): StartedWorker {
  const child = fork(program, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...workerEnvironment(settings) },
  });
  return {
    child,
    logs: [child.stdout!, child.stderr!],
    onMessage: (listener) =>
      child.on('message', (message) => {
        listener(message as FromWorker);
      }),
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}

/** The other machine has the same files at the same places: the checkout, the cache, the store, the images. */
function startThere({ program, settings }: WorkerProgram, host: string): StartedWorker {
  const variables = { ...workerEnvironment(settings), [LINES_VARIABLE]: '1' };
  const command = [
    ...['cd', quoted(process.cwd()), '&&', 'exec', 'env'],
    ...Object.entries(variables).map(([name, value]) => quoted(`${name}=${value}`)),
    ...[process.execPath, program].map(quoted),
  ];
  const [shell, ...options] = REMOTE_SHELL.split(' ').filter((word) => word !== '');
  // In a group of its own: the terminal's Ctrl-C is for the parent, which asks the workers to save.
  const child = spawn(shell!, [...options, host, command.join(' ')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // What the shell greets with, or a plugin prints, is no message.
  const chatter = new PassThrough();
  child.stdout.on('end', () => chatter.end());
  // It may be gone before all of it is written.
  child.stdin.on('error', () => undefined);
  return {
    child,
    logs: [child.stderr, chatter],
    onMessage: (listener) =>
      createInterface({ input: child.stdout }).on('line', (line) => {
        const message = messageIn(line);
        if (message) listener(message);
        else chatter.write(`${line}\n`);
      }),
    send: (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
    close: () => child.stdin.end(),
  };
}

/** Undefined for a line that is none, or that ends in the middle. */
function messageIn(line: string): FromWorker | undefined {
  if (!line.startsWith('{"type":')) return undefined;
  try {
    return JSON.parse(line) as FromWorker;
  } catch {
    return undefined;
  }
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
