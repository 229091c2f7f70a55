/** A net's step, forward pass or dense evaluation, ours and PyTorch's by turns. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '../../executors/worker-protocol.js';
import { readInstallation } from '../../nn/installation.js';
import { buildNet, multiplyAdds } from '../../nn/net.js';
import { netShape } from '../../nn/nets.js';
import type { Precision } from '../../nn/ops.js';
import { UserError } from '../../util/user-error.js';
import type { Invocation } from '../invocation.js';
import { netNamed, netQuestion, wholeNumber } from '../net-options.js';
import type { NetTimes, NetWork, OwnTimes } from './net-work.js';

const PRECISIONS: readonly Precision[] = ['float32', 'bfloat16'];

/** The peer's program; it reads our options. */
const PEER = fileURLToPath(new URL('../../../../bench/torch_net.py', import.meta.url));

export async function benchNet(task: NetWork['task'], invocation: Invocation): Promise<void> {
  const { values } = invocation;
  const work = workOf(task, invocation);
  const python = values['torch'] as string | undefined;
  const rounds = wholeNumber('rounds', String(values['rounds'] ?? 3), 1, 100);
  const ours: OwnTimes[] = [];
  const peers: NetTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await ownTimes(work));
    if (python !== undefined) peers.push(await peerTimes(python, work));
  }
  const result = summary(work, ours, peers);
  console.log(values['json'] === true ? JSON.stringify(result, null, 2) : inWords(result));
}

/** @throws UserError */
function workOf(task: NetWork['task'], invocation: Invocation): NetWork {
  const { values } = invocation;
  const number = (name: string, usual: number, least: number) =>
    wholeNumber(name, String(values[name] ?? usual), least, 65_536);
  const { crop, px, width, classes } = netQuestion(invocation);
  const precision = PRECISIONS.find((name) => name === (values['precision'] ?? 'float32'));
  if (!precision) throw new UserError(`--precision must be ${PRECISIONS.join(' or ')}.`);
  return {
    ...{ task, net: netNamed(String(values['net'] ?? 'D')), width, classes, crop, precision },
    ...{ height: px, longSide: task === 'dense' ? number('long', px, px) : px },
    ...{ batch: number('batch', 8, 1), repeats: number('repeats', 5, 1) },
    threads: availableParallelism(),
  };
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

interface Side {
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

function inWords({ work, ours, peer, ratio }: NetResult): string {
  const { task, net, width, height, longSide, batch, precision, threads } = work;
  const what = { step: 'training step', forward: 'scores of crops', dense: 'dense scores, mirrored' }[task];
  const lines = [
    `${what}: net ${net}, width ${width}, ${batch} images of ${height} x ${longSide} px, ${precision}, ${threads} threads`,
    `  ${sideInWords('ours', ours)}; ${ours.gigaMultiplyAdds.toFixed(0)} G multiply-adds a second, ${percent(ours.gigaMultiplyAdds / ours.productGigaMultiplyAdds)} of a large matrix product's ${ours.productGigaMultiplyAdds.toFixed(0)}`,
  ];
  if (peer) lines.push(`  ${sideInWords('PyTorch', peer)}`, `  ours over PyTorch's: ${ratio!.toFixed(2)}`);
  return lines.join('\n');
}

function sideInWords(name: string, { library, bestSeconds, medianSeconds, repeats, peakMib }: Side): string {
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(seconds < 0.1 ? 1 : 0)} ms`;
  return `${name.padEnd(8)} ${ms(bestSeconds)} (median ${ms(medianSeconds)} of ${repeats}), at most ${Math.round(peakMib)} MiB (${library})`;
}

function percent(part: number): string {
  return `${Math.round(100 * part)}%`;
}
