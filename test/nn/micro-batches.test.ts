import assert from 'node:assert/strict';
import test from 'node:test';
import { availableBackends, engineOf } from '../support/engines.js';
import { relativeDistance, trainCase } from '../support/numeric-case.js';
import { tinyCase } from '../support/tiny-case.js';

for (const backend of availableBackends()) {
  test(`${backend}: a batch in parts, the last one smaller, trains as the whole one with the same dropout`, async () => {
    const engine = await engineOf(backend);
    const whole = trainCase(engine, { ...tinyCase({ dropout: 0.5 }), steps: 2 });
    for (const microBatch of [1, 3]) {
      const parts = trainCase(engine, { ...tinyCase({ dropout: 0.5, microBatch }), steps: 2 });
      for (const [step, loss] of whole.losses.entries())
        assert.ok(
          Math.abs(parts.losses[step]! / loss - 1) < 1e-5,
          `loss of step ${step} in parts of ${microBatch}`,
        );
      for (const [name, { data }] of whole.state.velocity) {
        const distance = relativeDistance(parts.state.velocity.get(name)!.data, data);
        assert.ok(distance < 1e-4, `velocity of ${name} by ${distance} in parts of ${microBatch}`);
      }
    }
  });
}
