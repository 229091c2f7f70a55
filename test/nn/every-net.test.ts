/** The nets of Table 1 and the 5x5 net, at a 16th of their width, on every backend. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Backend, Engine } from '../../src/nn/engine.js';
import { buildNet, parameterShapes } from '../../src/nn/net.js';
import { NET_NAMES, type NetName, netShape } from '../../src/nn/nets.js';
import { availableBackends, engineOf } from '../support/engines.js';
import {
  caseOf,
  gradientsOf,
  largestDeviation,
  type NumericCase,
  relativeDistance,
  trainCase,
} from '../support/numeric-case.js';
import { withSession } from '../support/tiny-case.js';

const TOLERANCE = 1e-4;
const [oracle, ...others] = [...availableBackends()].reverse() as [Backend, ...Backend[]];

/** Two images: the oracle is slow. */
function caseOfNet(net: NetName): NumericCase {
  const shape = netShape(net, { width: 1 / 16, crop: 64, classes: 10, pooling: 'ceil' });
  const numeric = caseOf(buildNet(shape), 2);
  const { training, dense } = numeric;
  return {
    ...numeric,
    dense: { ...dense, count: 1, data: dense.data.subarray(0, dense.data.length / 2) },
    training: { ...training, dropout: 0.5 },
  };
}

function numbersOf(engine: Engine, numeric: NumericCase) {
  const gradients = gradientsOf(engine, numeric);
  const scores = withSession(engine, numeric, (session) => session.scoreMap(numeric.dense));
  return { gradients, scores };
}

for (const net of NET_NAMES) {
  const numeric = caseOfNet(net);

  test(`net ${net}: all backends agree with ${oracle} on gradients and dense scores`, async (t) => {
    const expected = numbersOf(await engineOf(oracle), numeric);
    for (const backend of others) {
      const { gradients, scores } = numbersOf(await engineOf(backend), numeric);
      const distances = [...expected.gradients].map(([name, gradient]) =>
        relativeDistance(gradients.get(name)!, gradient),
      );
      assert.ok([...expected.gradients.values()].every((gradient) => gradient.some((v) => v !== 0)));
      const deviation = largestDeviation(scores.data, expected.scores.data);
      t.diagnostic(
        `${backend}: gradients ${Math.max(...distances).toExponential(1)}, scores ${deviation.toExponential(1)}`,
      );
      assert.deepEqual([scores.rows, scores.columns], [expected.scores.rows, expected.scores.columns]);
      assert.ok(Math.max(...distances) <= TOLERANCE, `${backend}: gradients by ${Math.max(...distances)}`);
      assert.ok(deviation <= TOLERANCE, `${backend}: dense scores by ${deviation}`);
    }
  });

  for (const backend of others) {
    test(`net ${net} on ${backend}: training lowers the loss and leaves no array behind`, async () => {
      const engine = await engineOf(backend);
      const plain = { ...numeric, training: { ...numeric.training, dropout: 0 }, rate: 0.002, steps: 4 };
      const { losses } = trainCase(engine, plain);
      assert.ok(losses.at(-1)! < losses[0]!, losses.join());
      withSession(engine, numeric, (session) => {
        const before = engine.liveArrays();
        assert.equal(before, 2 * parameterShapes(numeric.net).length);
        session.trainStep(numeric.batch, numeric.labels, { step: 0, rate: 0.001 });
        session.scoreMap(numeric.dense);
        assert.equal(engine.liveArrays(), before);
      });
      assert.equal(engine.liveArrays(), 0);
    });
  }
}
