import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { digestCode } from '../../src/util/code-digest.js';
import { canonicalJson, digestBytes, digestValue } from '../../src/util/digest.js';

const plain = fc.jsonValue({ maxDepth: 4 });

/** The same value with the keys of each map in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, v]) => [key, reversed(v)]),
  );
}

test('canonical JSON is JSON of the same value', () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order in which keys were set does not change the digest', () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.equal(digestValue(reversed(value)), digestValue(value));
    }),
  );
});

test('the order of a list changes the digest', () => {
  assert.notEqual(digestValue([1, 2]), digestValue([2, 1]));
});

test('keys are sorted, and one that is undefined counts as absent', () => {
  assert.equal(canonicalJson({ b: 1, a: { d: [null], c: 'x' } }), '{"a":{"c":"x","d":[null]},"b":1}');
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
});

test('what JSON cannot say is refused instead of becoming something else', () => {
  for (const value of [NaN, Infinity, undefined, [undefined], () => 1, { a: -Infinity }, 1n])
    assert.throws(() => canonicalJson(value));
});

test('a digest is SHA-256 in lower-case hex digits', () => {
  assert.equal(digestBytes('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(digestBytes(Buffer.from('abc')), digestBytes('abc'));
});

test('the digest of our code follows the names and contents of scripts, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-code-'));
  try {
    mkdirSync(join(folder, 'nn'));
    writeFileSync(join(folder, 'nn', 'a.js'), 'one');
    const before = digestCode(folder);
    writeFileSync(join(folder, 'a.js.map'), 'ignored');
    assert.equal(digestCode(folder), before);
    writeFileSync(join(folder, 'nn', 'a.js'), 'two');
    const changed = digestCode(folder);
    assert.notEqual(changed, before);
    writeFileSync(join(folder, 'b.js'), '');
    assert.notEqual(digestCode(folder), changed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
