/** The tests behind claims: what must hold of them whatever the numbers; SciPy judges these (`statistics.judge`). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clusteredMean } from '../../src/statistics/clustered-mean.js';
import { holm } from '../../src/statistics/holm.js';
import { mcnemarExact } from '../../src/statistics/mcnemar.js';
import { tProbability, tQuantile } from '../../src/statistics/student-t.js';

const freedom = fc.double({ min: 1, max: 1e5, noNaN: true });
const probability = fc.double({ min: 0, max: 1, noNaN: true });

test('a quantile is where the probability is, and the distribution is symmetric', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5001, max: 0.9999, noNaN: true }), freedom, (p, f) => {
      const t = tQuantile(p, f);
      assert.ok(Math.abs(tProbability(t, f) - p) < 1e-10);
      assert.ok(Math.abs(tProbability(-t, f) - (1 - p)) < 1e-10);
    }),
  );
});

test("McNemar's exact test is the sum of the binomial coefficients of both tails", () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), (worse, better) => {
      const n = worse + better;
      const fewer = Math.min(worse, better);
      const tail = Array.from({ length: fewer + 1 }, (_, k) => choose(n, k)).reduce((a, b) => a + b, 0);
      const expected = Math.min(1, (2 * tail) / 2 ** n);
      assert.ok(Math.abs(mcnemarExact(worse, better) - expected) < 1e-12);
    }),
  );
});

test('Holm raises probabilities, keeps their order, and leaves a single one alone', () => {
  fc.assert(
    fc.property(fc.array(probability, { minLength: 1, maxLength: 20 }), (family) => {
      const raised = holm(family);
      for (const [i, p] of family.entries()) {
        assert.ok(raised[i]! >= p && raised[i]! <= 1);
        for (const [j, other] of family.entries()) if (p < other) assert.ok(raised[i]! <= raised[j]!);
      }
      // The smallest counts as often as there are tests, as Bonferroni's would.
      const least = Math.min(...family);
      assert.ok(Math.abs(Math.min(...raised) - Math.min(1, family.length * least)) < 1e-12);
      if (family.length === 1) assert.equal(raised[0], family[0]);
    }),
  );
});

test('images that are copies of each other are no further observations', () => {
  const values = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), (once, times) => {
      const each = once.map((_, i) => String(i));
      const single = clusteredMean(Float64Array.from(once), each);
      const copied = clusteredMean(
        Float64Array.from(Array.from({ length: times }, () => once).flat()),
        Array.from({ length: times }, () => each).flat(),
      );
      for (const key of ['value', 'standardError', 'freedom'] as const)
        assert.ok(Math.abs(copied[key] - single[key]) < 1e-12);
    }),
  );
});
