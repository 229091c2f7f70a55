/** Measures one net in a process of its own, so that threads and memory are its alone: a {@link NetWork} in, {@link OwnTimes} out. */
import { netShape } from '../nn/nets.js';
import { buildNet, type Net } from '../nn/net.js';
import { initialise } from '../nn/net-state.js';
import { readInstallation } from '../nn/installation.js';
import { OpsEngine } from '../nn/ops-engine.js';
import type { Engine, NetSession } from '../nn/engine.js';
import { openOps } from '../nn/open-engine.js';
import type { Ops } from '../nn/ops.js';
import { collectGarbage } from '../util/collect-garbage.js';
import { normals, streamKey } from '../util/random.js';
import type { NetWork, OwnTimes } from './net-work.js';
import { TimedOps } from './timed-ops.js';

/** Side of the matrices of the large product. */
const PRODUCT_SIDE = 2048;
const PRODUCTS = 5;

const RATE = 1e-4;

process.once('message', (work: NetWork) => {
  void measured(work).then((times) => {
    process.send!(times, () => {
      process.exit();
    });
  });
});

async function measured(work: NetWork): Promise<OwnTimes> {
  const { backend, binding } = readInstallation();
  const { ops, description } = await openOps({
    ...{ backend, threads: work.threads },
    ...(binding !== undefined && { binding }),
  });
  const net = buildNet(netShape(work.net, { ...work, pooling: 'ceil' }));
  const timedOps = new TimedOps(ops);
  const session = opened(new OpsEngine(ops, description), net, work);
  // As a training does, which begins with the weights on the host too.
  collectGarbage();
  const step = stepOf(session, work);
  step(0);
  const seconds = Array.from({ length: work.repeats }, (_, i) => timed(() => step(i + 1)));
  // With the net's arrays in memory, without those of the product.
  const peakMib = process.resourceUsage().maxRSS / 1024;
  session.close();
  const again = stepOf(opened(new OpsEngine(timedOps.ops, description), net, work), work);
  again(0);
  const parts = timedOps.partsOf(() => again(1));
  const productGigaMultiplyAdds = largeProduct(ops, work);
  return { library: description.library, seconds, peakMib, productGigaMultiplyAdds, parts };
}

function opened(engine: Engine, net: Net, { task, precision, batch }: NetWork): NetSession {
  const training = { momentum: 0.9, weightDecay: 5e-4, dropout: 0.5, seed: 1, microBatch: batch };
  return engine.open(net, initialise(net, 'he', 1), {
    ...(task === 'step' && training),
    precision,
  });
}

/** @returns the work to be timed */
function stepOf(session: NetSession, { task, batch, classes, height, longSide }: NetWork) {
  const width = longSide;
  // Images and their mirrors are scored together, as evaluations do; that these are others makes no difference here.
  const count = task === 'dense' ? 2 * batch : batch;
  const data = normals(streamKey(1, 'bench'), count * height * width * 3, 1);
  const images = { count, height, width, data };
  const labels = Int32Array.from({ length: batch }, (_, i) => (7 * i) % classes);
  switch (task) {
    case 'step':
      return (step: number) => session.trainStep(images, labels, { step, rate: RATE });
    case 'forward':
    case 'dense':
      return () => session.scoreMap(images);
  }
}

/** 10^9 multiply-adds a second, the best of some. */
function largeProduct(ops: Ops, { precision }: NetWork): number {
  const length = PRODUCT_SIDE ** 2;
  const [a, b] = ['a', 'b'].map((name) => {
    const float32 = ops.upload([PRODUCT_SIDE, PRODUCT_SIDE], normals(streamKey(1, name), length, 1));
    return ops.replace(float32, ops.cast(float32, precision));
  });
  const best = Math.min(
    ...Array.from({ length: PRODUCTS }, () =>
      timed(() => {
        ops.free(ops.matMul(a!, b!, false, false));
      }),
    ),
  );
  return PRODUCT_SIDE ** 3 / best / 1e9;
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
