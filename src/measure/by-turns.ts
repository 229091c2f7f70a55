/** Measures ours and PyTorch's by turns, each time in a process of its own, so that threads and memory are its alone. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '../executors/worker-protocol.js';
import { readInstallation } from '../nn/installation.js';
import { UserError } from '../util/user-error.js';
import type { NetTimes } from './net-work.js';

/** One thing to measure, which both sides are told as JSON. */
export interface Measured<T extends NetTimes> {
  readonly work: { readonly threads: number };
  /** Of ours, in this folder. */
  readonly program: string;
  /** What that program sends. */
  readonly read: (message: unknown) => T;
  /** The peer's, in `bench/`. */
  readonly peer: string;
}

export interface Turns {
  /** With PyTorch, for the peer; undefined for ours alone. */
  readonly python: string | undefined;
  /** Processes of each side. */
  readonly rounds: number;
}

/** @throws UserError if there is no such Python, or no PyTorch in it */
export async function byTurns<T extends NetTimes>(
  { work, program, read, peer }: Measured<T>,
  { python, rounds }: Turns,
): Promise<{ readonly ours: readonly T[]; readonly peers: readonly NetTimes[] }> {
  const ours: T[] = [];
  const peers: NetTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(read(await ownTimes(program, work)));
    if (python !== undefined) peers.push(await peerTimes(python, peer, work));
  }
  return { ours, peers };
}

async function ownTimes(name: string, work: { readonly threads: number }): Promise<unknown> {
  const { backend, binding, libraryPath = [] } = readInstallation();
  const settings = { backend, threads: work.threads, libraryPath, ...(binding !== undefined && { binding }) };
  const program = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...workerEnvironment(settings) },
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  child.send(work);
  const times = await new Promise<unknown>((resolve) => {
    child.once('message', (message) => {
      resolve(message);
    });
    child.once('close', () => {
      resolve(undefined);
    });
  });
  if (!times) throw new Error(`The measuring process ended without a word. ${log}`);
  return times;
}

/** @throws UserError if there is no such Python, or no PyTorch in it */
async function peerTimes(python: string, name: string, work: unknown): Promise<NetTimes> {
  const peer = fileURLToPath(new URL(`../../../bench/${name}`, import.meta.url));
  const child = spawn(python, [peer, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, log] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  const [status] = (await once(child, 'close').catch((error: unknown) => {
    throw new UserError(`--torch ${python}: ${(error as Error).message}`);
  })) as [number | null];
  if (status !== 0) throw new UserError(`--torch ${python}: PyTorch did not do it.\n${log.trim()}`);
  return JSON.parse(output) as NetTimes;
}

export interface Side {
  readonly library: string;
  readonly bestSeconds: number;
  readonly medianSeconds: number;
  readonly repeats: number;
  readonly peakMib: number;
}

export function sideOf(all: readonly NetTimes[]): Side {
  const seconds = all.flatMap((times) => times.seconds).sort((a, b) => a - b);
  return {
    library: all[0]!.library,
    bestSeconds: seconds[0]!,
    medianSeconds: seconds[Math.floor(seconds.length / 2)]!,
    repeats: seconds.length,
    peakMib: Math.max(...all.map(({ peakMib }) => peakMib)),
  };
}
