/** A net's step, forward pass or dense evaluation, ours and PyTorch's by turns, each in processes of its own. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '../executors/worker-protocol.js';
import { readInstallation } from '../nn/installation.js';
import { buildNet, multiplyAdds } from '../nn/net.js';
import { netShape } from '../nn/nets.js';
import { UserError } from '../util/user-error.js';
import type { NetTimes, NetWork, OwnTimes } from './net-work.js';

/** The peer's program; it reads our options. */
const PEER = fileURLToPath(new URL('../../../bench/torch_net.py', import.meta.url));

/**
 * @param python with PyTorch, for the peer; undefined for ours alone
 * @param rounds processes of each side, by turns
 * @throws UserError if there is no such Python, or no PyTorch in it
 */
export async function measureNet(
  work: NetWork,
  { python, rounds }: { readonly python: string | undefined; readonly rounds: number },
): Promise<NetResult> {
  const ours: OwnTimes[] = [];
  const peers: NetTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await ownTimes(work));
    if (python !== undefined) peers.push(await peerTimes(python, work));
  }
  return summary(work, ours, peers);
}

async function ownTimes(work: NetWork): Promise<OwnTimes> {
  const { backend, binding, libraryPath = [] } = readInstallation();
  const settings = { backend, threads: work.threads, libraryPath, ...(binding !== undefined && { binding }) };
  const program = fileURLToPath(new URL('net-process.js', import.meta.url));
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...workerEnvironment(settings) },
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  child.send(work);
  const times = await new Promise<OwnTimes | undefined>((resolve) => {
    child.once('message', (message: OwnTimes) => {
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
async function peerTimes(python: string, work: NetWork): Promise<NetTimes> {
  const child = spawn(python, [PEER, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'pipe'] });
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

export interface NetResult {
  readonly work: NetWork;
  readonly ours: Side & {
    /** 10^9 multiply-adds a second of the net, and of a large matrix product. */
    readonly gigaMultiplyAdds: number;
    readonly productGigaMultiplyAdds: number;
  };
  readonly peer: Side | null;
  /** Our best time over the peer's. */
  readonly ratio: number | null;
}

function summary(work: NetWork, ours: readonly OwnTimes[], peers: readonly NetTimes[]): NetResult {
  const own = sideOf(ours);
  const peer = peers.length > 0 ? sideOf(peers) : null;
  return {
    work,
    ours: {
      ...own,
      gigaMultiplyAdds: workMultiplyAdds(work) / own.bestSeconds / 1e9,
      productGigaMultiplyAdds: Math.max(...ours.map((times) => times.productGigaMultiplyAdds)),
    },
    peer,
    ratio: peer && own.bestSeconds / peer.bestSeconds,
  };
}

function sideOf(all: readonly NetTimes[]): Side {
  const seconds = all.flatMap((times) => times.seconds).sort((a, b) => a - b);
  return {
    library: all[0]!.library,
    bestSeconds: seconds[0]!,
    medianSeconds: seconds[Math.floor(seconds.length / 2)]!,
    repeats: seconds.length,
    peakMib: Math.max(...all.map(({ peakMib }) => peakMib)),
  };
}

/** Of one repeat: backward to the inputs and to the weights takes twice what forward takes; the images need none. */
function workMultiplyAdds(work: NetWork): number {
  const net = buildNet(netShape(work.net, { ...work, pooling: 'ceil' }));
  const forward = multiplyAdds(net, work.height, work.longSide);
  const first = net.layers[0]!;
  const toImages = first.kind.multiplyAdds(first, [work.height, work.longSide, 3]);
  return work.batch * { step: 3 * forward - toImages, forward, dense: 2 * forward }[work.task];
}
