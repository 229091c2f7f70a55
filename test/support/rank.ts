/**
 * One of several workers, as a process: trains its part of a case and prints, as JSON, the losses, a digest of the
 * weights, and the weights themselves where it is the first. Arguments: a {@link RankOrder} as JSON.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Precision } from '../../src/nn/ops.js';
import type { Cluster } from '../../src/util/share.js';
import { ownPart } from '../../src/util/share.js';
import { readInstallation } from '../../src/nn/installation.js';
import { openEngine } from '../../src/nn/open-engine.js';
import { digestBytes } from '../../src/util/digest.js';
import { caseOf } from './numeric-case.js';
import { buildNet } from '../../src/nn/net.js';
import { netShape } from '../../src/nn/nets.js';

export interface RankOrder {
  readonly cluster: Cluster;
  readonly precision: Precision;
  readonly microBatch: number;
  readonly images: number;
}

export interface RankResult {
  readonly losses: readonly number[];
  readonly digest: string;
  readonly live: number;
  readonly velocity: Readonly<Record<string, readonly number[]>>;
}

const PROGRAM = fileURLToPath(import.meta.url);

/** A case of net A whose images the workers share. */
export function sharedCase({ precision, microBatch, images }: Omit<RankOrder, 'cluster'>) {
  const net = buildNet(netShape('A', { width: 1 / 32, crop: 32, classes: 5, pooling: 'ceil' }));
  const shared = caseOf(net, images);
  return { ...shared, steps: 2, training: { ...shared.training, dropout: 0.5, precision, microBatch } };
}

/** @throws if the process ends without a result */
export function runRank(order: RankOrder): Promise<RankResult> {
  const child = fork(PROGRAM, [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (result: RankResult) => {
      resolve(result);
    });
    child.once('exit', (status) => {
      reject(new Error(`Worker ${order.cluster.rank} ended with ${String(status)}`));
    });
  });
}

async function work({ cluster, ...order }: RankOrder): Promise<RankResult> {
  const { binding } = readInstallation();
  const engine = await openEngine({ backend: 'tensorflow', threads: 1, binding: binding!, cluster });
  const { net, state, batch, labels, training, rate, steps } = sharedCase(order);
  const { first, count } = ownPart(cluster, batch.count);
  const size = batch.height * batch.width * 3;
  const images = { ...batch, count, data: batch.data.subarray(first * size, (first + count) * size) };
  const session = engine.open(net, state, training);
  const part = { first, of: batch.count };
  const losses = Array.from({ length: steps }, (_, step) =>
    session.trainStep(images, labels.subarray(first, first + count), { step, rate, part }),
  );
  const { weights, velocity } = session.getState();
  session.close();
  const bytes = [...weights.values()].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return {
    losses,
    digest: digestBytes(Buffer.concat(bytes)),
    live: engine.liveArrays(),
    velocity: Object.fromEntries([...velocity].map(([name, { data }]) => [name, [...data]])),
  };
}

if (process.argv[1] === PROGRAM && process.send)
  process.send(await work(JSON.parse(process.argv[2]!) as RankOrder), () => process.exit());
