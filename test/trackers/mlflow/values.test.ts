/** What the server would cut, drop or misread is made fit, or refused, before it is sent. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { BATCH_LIMITS, batches } from '../../../src/trackers/mlflow/batches.js';
import { UnfitValueError } from '../../../src/trackers/mlflow/mlflow-error.js';
import {
  fitKey,
  fitText,
  LIMITS,
  sentMetric,
  sentParam,
  sentTag,
} from '../../../src/trackers/mlflow/values.js';

const text = fc.string({ unit: 'binary', maxLength: 300 });

test('a fit key is one that the server takes, whatever it was made of', () => {
  fc.assert(
    fc.property(text, (wanted) => {
      const key = fitKey(wanted);
      assert.match(key, /^[\p{L}\p{N}_/.\- :]+$/u);
      assert.ok(Array.from(key).length <= LIMITS.key);
      assert.doesNotMatch(key, /^\.\.|^\/|\/\/|(^|\/)\.\.?(\/|$)|\/$/);
      assert.equal(fitKey(key), key);
      assert.doesNotThrow(() => sentParam(key, ''));
    }),
    {
      examples: [
        ['..'],
        ['a//b'],
        ['/'],
        ['a/../b'],
        ['..foo'],
        ['\ud800'],
        [' '],
        ['é日本'],
        ['x'.repeat(300)],
      ],
    },
  );
});

test('a key that needs no change has none', () => {
  for (const key of ['top1_error_percent', 'system/cpu', 'a b', 'schedule.at', 'é', 'S: 256'])
    assert.equal(fitKey(key), key);
});

test('a fit text is well-formed, within its limit in characters, and else as it was', () => {
  fc.assert(
    fc.property(text, fc.nat({ max: 300 }), (wanted, limit) => {
      const fit = fitText(wanted, limit);
      assert.ok(fit.isWellFormed());
      assert.ok(!fit.includes('\0'));
      assert.ok(Array.from(fit).length <= limit);
      if (wanted.isWellFormed() && !wanted.includes('\0')) assert.ok(wanted.startsWith(fit));
      if (Array.from(wanted).length <= limit) assert.equal(Array.from(fit).length, Array.from(wanted).length);
    }),
  );
});

test('what the server would cut or turn away is refused with the reason', () => {
  assert.throws(() => sentParam('a@b', 'x'), {
    name: 'UnfitValueError',
    message: /no key "a@b".*"a_b" would do/,
  });
  assert.throws(() => sentParam('net', 'x'.repeat(6001)), { message: /has 6001 characters.*keeps 6000/ });
  assert.throws(() => sentTag('net', 'x'.repeat(8001)), UnfitValueError);
  assert.equal(sentParam('net', '😀'.repeat(6000)).value.length, 12_000);
});

test('times and steps are whole numbers, numbers that JSON lacks are words', () => {
  const point = { key: 'loss', value: 1, timestamp: 1700000000000.5, step: 3 };
  assert.equal(sentMetric(point).timestamp, 1700000000000);
  for (const [value, word] of [
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    [5e-324, 5e-324],
  ] as const)
    assert.equal(sentMetric({ ...point, value }).value, word);
  for (const wrong of [
    { timestamp: -1 },
    { timestamp: NaN },
    { step: 2 ** 60 },
    { step: NaN },
    { step: 0.5 },
  ])
    assert.throws(() => sentMetric({ ...point, ...wrong }), UnfitValueError);
});

test('what JavaScript lets through in place of a number or a text is refused', () => {
  const value = '1' as unknown as number;
  assert.throws(() => sentMetric({ key: 'loss', value, timestamp: 1, step: 0 }), {
    message: 'The metric "loss" is "1" at step 0; it must be a number at a whole step',
  });
  assert.throws(() => sentParam('p', 5 as unknown as string), {
    message: 'The parameter "p" is 5, but must be text',
  });
});

test('batches hold everything once, in order, and no more than the server takes', () => {
  const count = fc.nat({ max: 2500 });
  fc.assert(
    fc.property(count, fc.nat({ max: 300 }), fc.nat({ max: 300 }), fc.nat({ max: 9000 }), (m, p, t, long) => {
      const all = {
        metrics: Array.from({ length: m }, (_, step) => ({ key: 'loss', value: 1, timestamp: 1, step })),
        params: Array.from({ length: p }, (_, i) => ({ key: `p${i}`, value: 'é'.repeat(long % 6000) })),
        tags: Array.from({ length: t }, (_, i) => ({ key: `t${i}`, value: 'x'.repeat(long % 8000) })),
      };
      const made = [...batches(all)];
      for (const kind of ['metrics', 'params', 'tags'] as const) {
        assert.deepEqual(
          made.flatMap((batch) => batch[kind] as unknown[]),
          all[kind],
        );
        for (const batch of made) assert.ok(batch[kind].length <= BATCH_LIMITS[kind]);
      }
      for (const { metrics, params, tags } of made) {
        assert.ok(metrics.length + params.length + tags.length <= BATCH_LIMITS.total);
        const body = JSON.stringify({ run_id: 'x'.repeat(32), metrics, params, tags });
        assert.ok(Buffer.byteLength(body) <= BATCH_LIMITS.bytes);
      }
      // As few as will do where only the number of points counts.
      if (p === 0 && t === 0) assert.equal(made.length, Math.ceil(m / BATCH_LIMITS.total));
    }),
    { numRuns: 30 },
  );
});
