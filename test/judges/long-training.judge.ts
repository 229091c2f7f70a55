/** 2,000 steps of a training hold as much at their end as at their beginning: arrays on the device, and memory. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ImageBatch } from '../../src/nn/engine.js';
import { collectGarbage } from '../../src/util/collect-garbage.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { numericCase, randomImages } from '../support/numeric-case.js';

const STEPS = 2000;
/** Where they begin: by then the allocators have what they keep. */
const SETTLED = 800;
const ALLOWED_GROWTH_MIB = 12;

for (const precision of ['float32', 'bfloat16'] as const)
  test(
    `tensorflow in ${precision}: live arrays and resident memory stay as they are over ${STEPS} steps`,
    { skip: !availableBackends().includes('tensorflow') },
    async () => {
      const engine = await engineOf('tensorflow');
      const { net, state, training, rate } = numericCase({ crop: 32 });
      const batch: ImageBatch = randomImages(32, 32, 32, 'long');
      const labels = Int32Array.from({ length: batch.count }, (_, i) => i % 10);
      const session = engine.open(net, state, { ...training, dropout: 0.5, precision, microBatch: 12 });
      const live = engine.liveArrays();
      let settledMib = 0;
      for (let step = 0; step < STEPS; step++) {
        session.trainStep({ ...batch, data: batch.data.slice() }, labels, { step, rate });
        assert.equal(engine.liveArrays(), live, `after step ${step}`);
        if (step % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (step === SETTLED) settledMib = residentMib();
      }
      const grown = residentMib() - settledMib;
      assert.ok(grown < ALLOWED_GROWTH_MIB, `${grown.toFixed(1)} MiB more than after ${SETTLED} steps`);
      session.close();
      assert.equal(engine.liveArrays(), 0);
    },
  );

function residentMib(): number {
  collectGarbage();
  return process.memoryUsage().rss / 2 ** 20;
}
