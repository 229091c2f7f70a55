import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { suggest, suggestion } from '../../src/util/suggest.js';

const KEYS = ['momentum', 'weightDecay', 'rate', 'epochs', 'batch', 'seed', 'S'];

test('a slip of one letter, two swapped letters and another case find the word', () => {
  for (const [slip, word] of [
    ['momentumm', 'momentum'],
    ['momentm', 'momentum'],
    ['epohcs', 'epochs'],
    ['weightdecay', 'weightDecay'],
    ['SEED', 'seed'],
    ['raet', 'rate'],
    ['s', 'S'],
  ] as const)
    assert.equal(suggest(slip, KEYS), word);
});

test('a word unlike all others has no suggestion', () => {
  assert.equal(suggest('optimiser', KEYS), undefined);
  assert.equal(suggest('anything', []), undefined);
});

test('an allowed word is its own suggestion', () => {
  const words = fc.uniqueArray(fc.string({ minLength: 1, unit: 'binary-ascii' }), {
    selector: (w) => w.toLowerCase(),
    minLength: 1,
  });
  fc.assert(
    fc.property(words, fc.nat(), (allowed, which) => {
      const word = allowed[which % allowed.length]!;
      assert.equal(suggest(word, allowed), word);
    }),
  );
});

test('any one letter left out of a long word is forgiven', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 }), (at) => {
      assert.equal(suggest('weightDecay'.slice(0, at) + 'weightDecay'.slice(at + 1), KEYS), 'weightDecay');
    }),
  );
});

test('the sentence names the near word, else all words in order, else nothing', () => {
  assert.equal(suggestion('momentumm', KEYS), 'Did you mean "momentum"?');
  assert.equal(suggestion('nonsense', ['b', 'a']), 'Allowed: a, b.');
  assert.equal(suggestion('nonsense', []), '');
});
