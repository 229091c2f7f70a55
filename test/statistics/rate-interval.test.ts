/** Intervals of rates over images of which some show one thing, by cases that can be worked out by hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { pairedChange } from '../../src/statistics/paired-change.js';
import { rateInterval, wilsonInterval } from '../../src/statistics/wilson.js';

/** Each thing with so many images, of which all are wrong in the first `wrong` things. */
function alike(things: number, images: number, wrong: number): [Uint8Array, string[]] {
  const shown = Array.from({ length: things * images }, (_, i) => Math.floor(i / images));
  return [Uint8Array.from(shown, (thing) => Number(thing < wrong)), shown.map(String)];
}

function assertClose(found: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i]! - value) < 1e-9, `${found.join()} ${expected.join()}`);
}

test('images that only repeat each other are worth one less than there are things, whose spread is estimated', () => {
  // The variance of a mean of G things of rate p is p (1 - p) / (G - 1), so the images are worth G - 1.
  for (const copies of [2, 7])
    assertClose(rateInterval(...alike(20, copies, 5)), wilsonInterval(0.25 * 19, 19));
});

test('images are worth no more than they are, however evenly things are right and wrong', () => {
  const wrong = Uint8Array.from({ length: 40 }, (_, i) => i % 2);
  const things = Array.from({ length: 40 }, (_, i) => String(Math.floor(i / 2)));
  // Each thing is half right, so that the rate of things does not vary at all.
  assertClose(rateInterval(wrong, things), wilsonInterval(20, 40));
});

test('of images that are all right or all wrong, those of one thing count once', () => {
  assertClose(rateInterval(...alike(10, 4, 0)), wilsonInterval(0, 10));
  assertClose(rateInterval(...alike(10, 4, 10)), wilsonInterval(10, 10));
});

test('a thing for each image is the interval of images', () => {
  assertClose(rateInterval(...alike(30, 1, 12)), wilsonInterval(12, 30));
});

test('the interval of a paired change is that of counts to which half an image has been added each', () => {
  // 8 get worse, 2 better, of 40: d = 6/42, variance (11/42 - d^2)/42.
  const from = Uint8Array.from({ length: 40 }, (_, i) => Number(i >= 8 && i < 10));
  const to = Uint8Array.from({ length: 40 }, (_, i) => Number(i < 8));
  const centre = 6 / 42;
  const spread = 1.959963984540054 * Math.sqrt((11 / 42 - centre ** 2) / 42);
  const { change, interval } = pairedChange(from, to);
  assert.equal(change, 15);
  assertClose(interval, [100 * (centre - spread), 100 * (centre + spread)]);
});
