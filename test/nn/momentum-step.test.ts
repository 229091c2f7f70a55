/** The update of a backend in one pass, against the same update in single operations. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Ops, type MomentumFactors } from '../../src/nn/ops.js';
import { normals, streamKey } from '../../src/util/random.js';
import { availableBackends } from '../support/engines.js';
import { opsOf } from './support/ops-of.js';

/** Of no denormal number, which TensorFlow takes for 0. */
const factor = fc.integer({ min: -2_000_000, max: 2_000_000 }).map((millionths) => millionths / 1e6);

/** Of a few elements, of so many that several threads share them, and of one more. */
const length = fc.constantFrom(1, 7, 1000, 1 << 17, (1 << 17) + 1, 200_003);

for (const backend of availableBackends()) {
  test(`${backend}: an update has the bits of its single operations, and leaves the host's numbers alone`, async () => {
    const ops = await opsOf(backend);
    const before = ops.liveArrays();
    fc.assert(
      fc.property(
        length,
        factor,
        factor,
        fc.oneof(factor, fc.constant(0)),
        (n, momentum, gradient, weight) => {
          const factors: MomentumFactors = { momentum, gradient, weight };
          const host = ['w', 'v', 'g'].map((name) => normals(streamKey(n, name), n, 1));
          const [w, v, g] = host.map((data) => data.slice());
          const arrays = () => ({ weight: ops.uploadLearnt([n], w!), velocity: ops.uploadLearnt([n], v!) });
          const at = ops.momentumStep(arrays(), ops.upload([n], g!), factors);
          const parts: unknown = Ops.prototype.momentumStep.call(ops, arrays(), ops.upload([n], g!), factors);
          const inParts = parts as typeof at;
          for (const name of ['weight', 'velocity'] as const) {
            assert.deepEqual(ops.download(at[name]), ops.download(inParts[name]), name);
            ops.free(at[name]);
            ops.free(inParts[name]);
          }
          assert.deepEqual([w, v, g], host);
        },
      ),
      { numRuns: backend === 'cpu' ? 10 : 40 },
    );
    assert.equal(ops.liveArrays(), before);
  });
}
