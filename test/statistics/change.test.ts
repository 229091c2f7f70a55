/** The arithmetic of steps: how far an error rate goes between two rows, and how sure that is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { meanChange } from '../../src/statistics/mean-change.js';
import { pairedChange } from '../../src/statistics/paired-change.js';

/** Outcomes of two nets on images of which so many only the first, only the second, both or none gets wrong. */
function outcomes(counts: { first: number; second: number; both: number; none: number }) {
  const rows = [
    ...Array.from({ length: counts.first }, () => [1, 0]),
    ...Array.from({ length: counts.second }, () => [0, 1]),
    ...Array.from({ length: counts.both }, () => [1, 1]),
    ...Array.from({ length: counts.none }, () => [0, 0]),
  ];
  return [0, 1].map((i) => Uint8Array.from(rows.map((row) => row[i]!))) as [Uint8Array, Uint8Array];
}

const images = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })), { minLength: 1 })
  .map((rows) => [0, 1].map((i) => Uint8Array.from(rows.map((row) => row[i]!))) as [Uint8Array, Uint8Array]);

const near = (a: number, b: number, within = 1e-9) => Math.abs(a - b) <= within;

test('a change on the same images has the interval of the books', () => {
  // Agresti (2002), Categorical Data Analysis, sect. 10.1.1: 1,600 people asked twice; -0.04 -+ 1.96 * 0.0095.
  const { change, interval } = pairedChange(...outcomes({ first: 150, second: 86, both: 570, none: 794 }));
  assert.equal(change, -4);
  assert.ok(near(interval[0], -5.86, 0.02), String(interval[0]));
  assert.ok(near(interval[1], -2.14, 0.02), String(interval[1]));
});

test('four images of many that change sides are no clear change, six are, and none is no certainty', () => {
  const low = (second: number) =>
    pairedChange(...outcomes({ first: 0, second, both: 40, none: 120 - second })).interval[0];
  assert.ok(low(4) < 0);
  assert.ok(low(6) > 0);
  const { change, interval } = pairedChange(...outcomes({ first: 0, second: 0, both: 40, none: 120 }));
  assert.equal(change, 0);
  assert.ok(interval[0] < 0 && near(interval[0], -interval[1]));
});

test('a change is the difference of the two rates, and turned round it is the same with the other sign', () => {
  fc.assert(
    fc.property(images, ([from, to]) => {
      const rate = (wrong: Uint8Array) => (100 * wrong.reduce((a, b) => a + b, 0)) / wrong.length;
      const there = pairedChange(from, to);
      const back = pairedChange(to, from);
      assert.ok(near(there.change, rate(to) - rate(from)));
      assert.ok(near(there.change, -back.change));
      assert.ok(near(there.interval[0], -back.interval[1]) && near(there.interval[1], -back.interval[0]));
      assert.ok(there.interval[0] < there.interval[1]);
    }),
  );
});

test('images on which both nets do the same make a change smaller, never less sure', () => {
  fc.assert(
    fc.property(images, ([from, to]) => {
      const width = ([a, b]: readonly [number, number]) => b - a;
      const more = (wrong: Uint8Array) => Uint8Array.from([...wrong, ...wrong.map(() => 1)]);
      const [few, many] = [pairedChange(from, to), pairedChange(more(from), more(to))];
      assert.ok(Math.abs(many.change) <= Math.abs(few.change) + 1e-9);
      assert.ok(width(many.interval) < width(few.interval));
    }),
  );
});

test("a change of means has Welch's interval", () => {
  // R, t.test(extra ~ group, data = sleep): [-3.3654832, 0.2054832] for the first less the second.
  const from = { value: 0.75, sd: 1.78901, runs: 10 };
  const to = { value: 2.33, sd: 2.002249, runs: 10 };
  const { change, interval } = meanChange(from, to);
  assert.ok(near(change, 1.58) && interval);
  assert.ok(near(interval[0], -0.2054832, 1e-6), String(interval[0]));
  assert.ok(near(interval[1], 3.3654832, 1e-6), String(interval[1]));
});

test('means over two runs each are told apart only if they are far apart', () => {
  const at = (value: number) => ({ value, sd: 1, runs: 2 });
  assert.ok(meanChange(at(0), at(4)).interval![0] < 0);
  assert.ok(meanChange(at(0), at(5)).interval![0] > 0);
});

test('where no run differs from another there is no interval of a change of means', () => {
  const at = (value: number) => ({ value, sd: 0, runs: 2 });
  assert.deepEqual(meanChange(at(1), at(2)), { change: 1, interval: null });
});

test('an interval of a change of means lies round the change', () => {
  const mean = fc.record({
    value: fc.double({ min: 0, max: 100, noNaN: true }),
    sd: fc.double({ min: 0.001, max: 30, noNaN: true }),
    runs: fc.integer({ min: 2, max: 100 }),
  });
  fc.assert(
    fc.property(mean, mean, (from, to) => {
      const { change, interval } = meanChange(from, to);
      assert.ok(near(change, to.value - from.value) && interval);
      assert.ok(near((interval[0] + interval[1]) / 2, change, 1e-6));
      assert.ok(interval[0] <= change && change <= interval[1]);
    }),
  );
});
