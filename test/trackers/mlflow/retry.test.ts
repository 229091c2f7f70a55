import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { MlflowError } from '../../../src/trackers/mlflow/mlflow-error.js';
import { DEFAULT_RETRY, pauseBefore, retryAfter, withRetries } from '../../../src/trackers/mlflow/retry.js';

const passing = new MlflowError('busy', { status: 503, code: 'X', mayPass: true });
const lasting = new MlflowError('no', { status: 400, code: 'X', mayPass: false });
const QUICK = { retries: 3, pauseMs: 0, maxPauseMs: 0 };

test('what may pass is tried again, as often as the policy says', async () => {
  for (const failures of [0, 1, 3]) {
    let tries = 0;
    const result = await withRetries(() => {
      tries += 1;
      return tries > failures ? Promise.resolve('done') : Promise.reject(passing);
    }, QUICK);
    assert.deepEqual([result, tries], ['done', failures + 1]);
  }
  let tries = 0;
  await assert.rejects(
    withRetries(() => {
      tries += 1;
      return Promise.reject(passing);
    }, QUICK),
    passing,
  );
  assert.equal(tries, 4);
});

test('what will not pass is not tried again, nor is what is no answer of the server', async () => {
  for (const error of [lasting, new TypeError('ours')]) {
    let tries = 0;
    await assert.rejects(
      withRetries(() => {
        tries += 1;
        return Promise.reject(error);
      }, QUICK),
      error,
    );
    assert.equal(tries, 1);
  }
});

test('an abort ends the waiting', async () => {
  const controller = new AbortController();
  const waiting = withRetries(
    () => Promise.reject(passing),
    { ...DEFAULT_RETRY, pauseMs: 60_000 },
    controller.signal,
  );
  controller.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});

test('pauses double up to the longest, half of each by chance, and keep to what the server asks', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), chance, (retry, chanceOf) => {
      const whole = Math.min(DEFAULT_RETRY.maxPauseMs, 500 * 2 ** (retry - 1));
      const pause = pauseBefore(retry, DEFAULT_RETRY, { chance: chanceOf });
      assert.ok(pause >= whole / 2 && pause <= whole);
      const asked = pauseBefore(retry, DEFAULT_RETRY, { chance: chanceOf, retryAfterMs: 3000 });
      assert.ok(asked >= 3000 && asked <= 3500);
      assert.equal(pauseBefore(retry, DEFAULT_RETRY, { chance: chanceOf, retryAfterMs: 1e9 }), 60_000);
    }),
  );
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  assert.equal(retryAfter('3', now), 3000);
  assert.equal(retryAfter('Sat, 28 Nov 2026 12:00:05 GMT', now), 5000);
  assert.equal(retryAfter('Sat, 28 Nov 2026 11:00:00 GMT', now), 0);
  for (const nothing of [undefined, '', ' ', 'soon']) assert.equal(retryAfter(nothing, now), undefined);
});
