/** A net's step, forward pass or dense evaluation, ours and PyTorch's by turns. */
import { buildNet, multiplyAdds } from '../nn/net.js';
import { netShape } from '../nn/nets.js';
import { byTurns, type Side, sideOf, type Turns } from './by-turns.js';
import type { NetTimes, NetWork, OwnTimes } from './net-work.js';
import type { Parts } from './timed-ops.js';

export interface NetResult {
  readonly work: NetWork;
  readonly ours: Side & {
    /** 10^9 multiply-adds a second of the net, and of a large matrix product. */
    readonly gigaMultiplyAdds: number;
    readonly productGigaMultiplyAdds: number;
    /** Those of the process with the least JavaScript: what else runs on the machine comes on top. */
    readonly parts: Parts;
  };
  readonly peer: Side | null;
  /** Our best time over the peer's. */
  readonly ratio: number | null;
}

/** @throws UserError if there is no such Python, or no PyTorch in it */
export async function measureNet(work: NetWork, turns: Turns): Promise<NetResult> {
  const read = (message: unknown) => message as OwnTimes;
  const measured = { work, program: 'net-process.js', read, peer: 'torch_net.py' };
  const { ours, peers } = await byTurns(measured, turns);
  return summary(work, ours, peers);
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
      parts: ours.map(({ parts }) => parts).sort((a, b) => a.javascript - b.javascript)[0]!,
    },
    peer,
    ratio: peer && own.bestSeconds / peer.bestSeconds,
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
