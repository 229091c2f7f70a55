/** How a row says what was averaged, and with which weights. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { netShape } from '../../src/nn/nets.js';
import {
  type EvaluationProtocol,
  type MeanProtocol,
  type Protocol,
  weightedProtocols,
} from '../../src/nn/scores.js';
import { protocolParts } from '../../src/stages/table/protocol-clauses.js';

function single(net: 'C' | 'D' | 'E', more: Partial<EvaluationProtocol> = {}): EvaluationProtocol {
  return {
    ...{
      method: 'dense',
      mirror: true,
      dataset: 'x',
      initialisation: 'he',
      steps: 1,
      batch: 1,
      S: 96,
      Q: 96,
    },
    net: netShape(net, { width: 1, crop: 64, classes: 5, pooling: 'ceil' }),
    ...{ positions: [1, 1], mapAverage: 'scores' },
    ...more,
  };
}

const mean = (members: readonly Protocol[], more: Partial<MeanProtocol> = {}): MeanProtocol => ({
  mean: members,
  ...more,
});

/** The clause of each part that begins so, in the order of the parts. */
function clauses(protocol: Protocol, begins: string): readonly (string | undefined)[] {
  return protocolParts(protocol).parts.map((part) => part.find((clause) => clause.startsWith(begins)));
}

test('equal weights are not spoken of, others are, and those of means of means are multiplied', () => {
  const [c, d, e] = [single('C'), single('D'), single('E')];
  assert.deepEqual(clauses(mean([d, e]), 'weight'), [undefined, undefined]);
  assert.deepEqual(clauses(mean([d, e], { weights: [3, 1] }), 'weight'), ['weight 75%', 'weight 25%']);
  const nested = mean([mean([c, d]), e]);
  assert.deepEqual(clauses(nested, 'weight'), ['weight 25%', 'weight 25%', 'weight 50%']);
});

test('a scale stands once, with its part where scales weigh differently', () => {
  const at = (Q: number) => single('D', { Q });
  assert.deepEqual(clauses(mean([at(96), at(128)]), 'Q = '), ['Q = 96, 128 px, 1 position an image']);
  assert.deepEqual(clauses(mean([mean([at(96), at(128)]), at(96)]), 'Q = '), [
    'Q = 96 (75%), 128 (25%) px, 1 position an image',
  ]);
});

test('what joins the parts is what the outermost mean of several is over', () => {
  const parts = [single('D'), single('E')];
  const joined = (protocol: Protocol) => protocolParts(protocol).joined;
  assert.equal(joined(mean(parts)), 'posteriors');
  assert.equal(joined(mean(parts, { of: 'logits' })), 'logits');
  assert.equal(joined(mean(parts, { of: 'logits-of-views' })), 'logits');
  assert.equal(joined(mean([mean(parts, { of: 'logits' })])), 'logits');
  assert.equal(joined(mean([mean(parts, { of: 'logits' }), single('C')])), 'posteriors');
});

test('the weights behind any mean of means are 1 together', () => {
  const { protocol } = fc.letrec<{ protocol: Protocol }>((tie) => ({
    protocol: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(single('C'), single('D')),
      fc
        .array(fc.tuple(tie('protocol'), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 4 })
        .map((members) =>
          mean(
            members.map(([member]) => member),
            { weights: members.map(([, weight]) => weight) },
          ),
        ),
    ),
  }));
  fc.assert(
    fc.property(protocol, (any) => {
      const total = weightedProtocols(any).reduce((sum, { weight }) => sum + weight, 0);
      assert.ok(Math.abs(total - 1) < 1e-9);
    }),
  );
});
