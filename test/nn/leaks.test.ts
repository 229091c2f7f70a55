import assert from 'node:assert/strict';
import test from 'node:test';
import { parameterShapes } from '../../src/nn/net.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { tinyCase, withSession } from '../support/tiny-case.js';

for (const backend of availableBackends()) {
  test(`${backend}: a training session holds weights and velocity, and nothing once closed`, async () => {
    const engine = await engineOf(backend);
    const numeric = tinyCase();
    assert.equal(engine.liveArrays(), 0);
    withSession(engine, numeric, () => {
      assert.equal(engine.liveArrays(), 2 * parameterShapes(numeric.net).length);
    });
    assert.equal(engine.liveArrays(), 0);
  });

  test(`${backend}: a session that only scores holds the weights alone`, async () => {
    const engine = await engineOf(backend);
    const { net, state } = tinyCase();
    const session = engine.open(net, state);
    assert.equal(engine.liveArrays(), parameterShapes(net).length);
    session.close();
    session.close();
    assert.equal(engine.liveArrays(), 0);
  });

  for (const [what, settings] of [
    ['plain', {}],
    ['with dropout', { dropout: 0.5 }],
    ['with dropout and in parts', { dropout: 0.5, microBatch: 3 }],
    ['without weight decay', { weightDecay: 0 }],
    ['of the fully-connected layers alone', { dropout: 0.5, learnsFrom: 'fc6' }],
  ] as const) {
    test(`${backend}: a training step ${what} leaves as many arrays as it found`, async () => {
      const engine = await engineOf(backend);
      const numeric = tinyCase(settings);
      withSession(engine, numeric, (session) => {
        const before = engine.liveArrays();
        for (let step = 0; step < 2; step++) {
          session.trainStep(numeric.batch, numeric.labels, { step, rate: 0.01 });
          assert.equal(engine.liveArrays(), before);
        }
      });
    });
  }

  test(`${backend}: scoring, saving and setting a state leave as many arrays as they found`, async () => {
    const engine = await engineOf(backend);
    const numeric = tinyCase();
    withSession(engine, numeric, (session) => {
      const before = engine.liveArrays();
      session.scoreMap(numeric.dense);
      session.setState(session.getState());
      assert.equal(engine.liveArrays(), before);
    });
  });
}
