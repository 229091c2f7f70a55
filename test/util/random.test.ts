import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { integerBetween, normals, permutation, sampleDraws, streamKey } from '../../src/util/random.js';

const seed = fc.nat();

test('a permutation holds every number once', () => {
  fc.assert(
    fc.property(seed, fc.nat({ max: 1000 }), fc.nat({ max: 300 }), (s, epoch, length) => {
      const order = permutation(streamKey(s, 'order'), epoch, length);
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        Array.from({ length }, (_, i) => i),
      );
    }),
  );
});

test('a permutation is the same for the same seed and epoch, and another for others', () => {
  const of = (s: number, epoch: number) => [...permutation(streamKey(s, 'order'), epoch, 50)];
  assert.deepEqual(of(1, 3), of(1, 3));
  assert.notDeepEqual(of(1, 3), of(1, 4));
  assert.notDeepEqual(of(1, 3), of(2, 3));
});

test('every image comes to every place of a shuffled epoch about equally often', () => {
  const [images, epochs] = [6, 6000];
  const counts = Array.from({ length: images }, () => new Array<number>(images).fill(0));
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(streamKey(1, 'order'), epoch, images);
    for (const [place, image] of order.entries()) counts[place]![image]! += 1;
  }
  // Binomial(6000, 1/6) has a deviation of 29; five of them for each of 36 counts.
  for (const count of counts.flat()) assert.ok(Math.abs(count - epochs / images) < 145, `${count}`);
});

test('streams of one seed, and seeds of one stream, have keys of their own', () => {
  const keys = ['augment', 'dropout', 'order'].flatMap((stream) =>
    [0, 1, 2, 10].map((s) => streamKey(s, stream).join()),
  );
  assert.equal(new Set(keys).size, keys.length);
});

test('the draws of a sample lie in [0, 1) and depend on the sample alone', () => {
  const key = streamKey(3, 'augment');
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 48 }), (sample) => {
      const draws = sampleDraws(key, sample);
      assert.ok(draws.every((draw) => draw >= 0 && draw < 1));
      sampleDraws(key, sample + 1);
      assert.deepEqual(sampleDraws(key, sample), draws);
    }),
  );
  assert.notDeepEqual(sampleDraws(key, 5), sampleDraws(key, 5 + 2 ** 32));
});

test('an integer between two includes both ends and nothing beyond', () => {
  const highestDraw = 1 - 2 ** -23;
  assert.equal(integerBetween(256, 512, 0), 256);
  assert.equal(integerBetween(256, 512, highestDraw), 512);
  assert.equal(integerBetween(7, 7, highestDraw), 7);
  fc.assert(
    fc.property(
      fc.integer({ min: -1000, max: 1000 }),
      fc.nat({ max: 1000 }),
      fc.nat({ max: 2 ** 23 - 1 }),
      (low, room, draw) => {
        const value = integerBetween(low, low + room, draw / 2 ** 23);
        assert.ok(Number.isInteger(value) && value >= low && value <= low + room);
      },
    ),
  );
});

test('an integer between two takes each value about equally often', () => {
  const key = streamKey(9, 'jitter');
  const counts = new Map<number, number>();
  for (let sample = 0; sample < 5000; sample++) {
    const value = integerBetween(256, 260, sampleDraws(key, sample)[3]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [256, 257, 258, 259, 260]);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
});

test('normal draws have the mean, deviation, skewness and tails of a normal distribution', () => {
  const length = 200_001;
  const values = normals(streamKey(1, 'initialise/conv1_1.weight'), length, 2);
  const moment = (power: number) => values.reduce((sum, v) => sum + (v / 2) ** power, 0) / length;
  // Five standard errors of each moment: sqrt(1, 2, 15, 96) / sqrt(n).
  assert.ok(Math.abs(moment(1)) < 5 / Math.sqrt(length));
  assert.ok(Math.abs(moment(2) - 1) < 5 * Math.sqrt(2 / length));
  assert.ok(Math.abs(moment(3)) < 5 * Math.sqrt(15 / length));
  assert.ok(Math.abs(moment(4) - 3) < 5 * Math.sqrt(96 / length));
  assert.ok(values.every(Number.isFinite));
});

test('neighbouring normal draws are not correlated', () => {
  const values = normals(streamKey(2, 'x'), 100_000, 1);
  for (const lag of [1, 2, 3]) {
    const sum = values.reduce((s, v, i) => s + v * (values[i + lag] ?? 0), 0);
    assert.ok(Math.abs(sum / values.length) < 5 / Math.sqrt(values.length), `lag ${lag}`);
  }
});

test('fewer normal draws are the first of more', () => {
  const key = streamKey(4, 'x');
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fc.nat({ max: 40 }), (few, more) => {
      const all = normals(key, few + more, 1);
      assert.deepEqual([...normals(key, few, 1)], [...all.subarray(0, few)]);
    }),
  );
});
