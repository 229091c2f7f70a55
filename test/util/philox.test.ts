import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { philoxBlock, type PhiloxKey, philoxWords, unitInterval } from '../../src/util/philox.js';

const word = fc.integer({ min: 0, max: 0xffffffff });
const anyKey = fc.tuple(word, word);
const anyHigh = fc.tuple(word, word);

function block(key: PhiloxKey, counter: readonly [number, number, number, number]): string[] {
  const out = new Uint32Array(4);
  philoxBlock(key, counter, out);
  return [...out].map((w) => w.toString(16).padStart(8, '0'));
}

test('the known answers of Random123 for philox4x32-10 are met', () => {
  const ones = 0xffffffff;
  assert.deepEqual(block([0, 0], [0, 0, 0, 0]), ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  assert.deepEqual(block([ones, ones], [ones, ones, ones, ones]), [
    '408f276d',
    '41c83b0e',
    'a20bc7c6',
    '6d5451fd',
  ]);
  assert.deepEqual(block([0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]), [
    'd16cfe09',
    '94fdcceb',
    '5001e420',
    '24126ea1',
  ]);
});

/** One round's multiplications in exact integers, as the paper of Salmon et al. prints them. */
function slowBlock(key: PhiloxKey, counter: readonly number[]): number[] {
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const first = 0xd2511f53n * c0;
    const second = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(second >> 32n) ^ c1 ^ k0, second & mask, (first >> 32n) ^ c3 ^ k1, first & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

test('any block equals one computed in exact integers', () => {
  fc.assert(
    fc.property(anyKey, fc.tuple(word, word, word, word), (key, counter) => {
      const out = new Uint32Array(4);
      philoxBlock(key, counter, out);
      assert.deepEqual([...out], slowBlock(key, counter));
    }),
  );
});

test('a stream read from a later block gives the words that the whole stream has there', () => {
  const start = fc.oneof(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: -8, max: 8 }).map(across));
  fc.assert(
    fc.property(
      anyKey,
      anyHigh,
      start,
      fc.nat({ max: 6 }),
      fc.integer({ min: 1, max: 17 }),
      (key, high, first, skipped, length) => {
        const whole = philoxWords(key, first, high, 4 * skipped + length);
        const rest = philoxWords(key, first + skipped, high, length);
        assert.deepEqual([...rest], [...whole.subarray(4 * skipped)]);
      },
    ),
  );
});

/** Block numbers about 2^32, where the low word of the counter overflows into the next. */
function across(distance: number): number {
  return 2 ** 32 + distance;
}

test('the counter carries from its first into its second word', () => {
  const words = philoxWords([1, 2], 2 ** 32 - 1, [3, 4], 8);
  assert.deepEqual([...words.subarray(0, 4)], slowBlock([1, 2], [0xffffffff, 0, 3, 4]));
  assert.deepEqual([...words.subarray(4)], slowBlock([1, 2], [0, 1, 3, 4]));
});

test('a word becomes a number in [0, 1) from its low 23 bits', () => {
  assert.equal(unitInterval(0), 0);
  assert.equal(unitInterval(0xff800000), 0);
  assert.equal(unitInterval(0x400000), 0.5);
  assert.equal(unitInterval(0xffffffff), 1 - 2 ** -23);
});
