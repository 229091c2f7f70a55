import assert from 'node:assert/strict';
import test from 'node:test';
import { availableBackends, engineOf } from '../support/engines.js';
import { tinyCase, withSession } from '../support/tiny-case.js';

for (const backend of availableBackends())
  test(`${backend}: layers before the first that learns stay as they are, the others learn as they would with them`, async () => {
    const engine = await engineOf(backend);
    const step = (learnsFrom?: string) => {
      const numeric = tinyCase({ weightDecay: 5e-4, ...(learnsFrom !== undefined && { learnsFrom }) });
      return withSession(engine, numeric, (session) => {
        const loss = session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0.01 });
        return { loss, before: numeric.state.weights, after: session.getState().weights };
      });
    };
    const all = step();
    const some = step('fc6');
    assert.equal(some.loss, all.loss);
    for (const [name, { data }] of some.after) {
      const expected = name.startsWith('fc') ? all.after : some.before;
      assert.deepEqual(data, expected.get(name)!.data, name);
    }
    assert.notDeepEqual(all.after.get('conv1_1.weight')!.data, all.before.get('conv1_1.weight')!.data);
  });
