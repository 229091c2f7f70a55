import assert from 'node:assert/strict';
import test from 'node:test';
import type { NetSession } from '../../src/nn/engine.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { tinyCase, withSession } from '../support/tiny-case.js';

const numeric = tinyCase({ dropout: 0.5 });

function train(session: NetSession, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) =>
    session.trainStep(numeric.batch, numeric.labels, { step: from + i, rate: from + i < 3 ? 0.01 : 0.001 }),
  );
}

for (const backend of availableBackends()) {
  test(`${backend}: training that goes on from a saved state continues bit by bit`, async () => {
    const engine = await engineOf(backend);
    const straight = withSession(engine, numeric, (session) => ({
      losses: train(session, 0, 5),
      state: session.getState(),
    }));
    const saved = withSession(engine, numeric, (session) => {
      train(session, 0, 2);
      return session.getState();
    });
    const resumed = withSession(engine, { ...numeric, state: saved }, (session) => ({
      losses: train(session, 2, 5),
      state: session.getState(),
    }));
    assert.deepEqual(resumed.losses, straight.losses.slice(2));
    assert.deepEqual(resumed.state, straight.state);
  });

  test(`${backend}: a state set in an open session replaces weights and velocity`, async () => {
    const engine = await engineOf(backend);
    withSession(engine, numeric, (session) => {
      const first = train(session, 0, 2);
      session.setState(numeric.state);
      assert.deepEqual(session.getState(), numeric.state);
      assert.deepEqual(train(session, 0, 2), first);
    });
  });

  test(`${backend}: a state that was handed out does not change when training goes on`, async () => {
    const engine = await engineOf(backend);
    withSession(engine, numeric, (session) => {
      const { weights } = session.getState();
      const before = weights.get('fc8.weight')!.data.slice();
      train(session, 0, 1);
      assert.deepEqual(weights.get('fc8.weight')!.data, before);
      assert.notDeepEqual(session.getState().weights.get('fc8.weight')!.data, before);
    });
  });
}
