import assert from 'node:assert/strict';
import test from 'node:test';
import { availableBackends, engineOf } from '../support/engines.js';
import { tinyCase, withSession, withWeights } from '../support/tiny-case.js';

for (const backend of availableBackends()) {
  for (const bad of [NaN, Infinity]) {
    test(`${backend}: a loss is not finite where a weight is ${bad}`, async () => {
      const engine = await engineOf(backend);
      const numeric = tinyCase();
      for (const layer of ['conv1_1', 'conv5_2', 'fc7', 'fc8']) {
        const state = withWeights(numeric.state, (name, data) =>
          name === `${layer}.weight` ? data.map(() => bad) : data,
        );
        const loss = withSession(engine, { ...numeric, state }, (session) =>
          session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0 }),
        );
        assert.equal(Number.isFinite(loss), false, `${layer}: ${loss}`);
      }
    });
  }

  test(`${backend}: training at an absurd rate gives a loss that is not finite, and never hides it again`, async () => {
    const engine = await engineOf(backend);
    const numeric = tinyCase();
    withSession(engine, numeric, (session) => {
      const losses = Array.from({ length: 5 }, (_, step) =>
        session.trainStep(numeric.batch, numeric.labels, { step, rate: 1e12 }),
      );
      const first = losses.findIndex((loss) => !Number.isFinite(loss));
      assert.ok(first > 0, losses.join());
      assert.ok(
        losses.slice(first).every((loss) => !Number.isFinite(loss)),
        losses.join(),
      );
    });
  });
}
