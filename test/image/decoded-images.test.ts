import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodedImages } from '../../src/image/decoded-images.js';
import { noise } from '../support/pictures.js';

/** Asks for images of 300 bytes by their digests; what had to be decoded, in order. */
async function decoded(maxBytes: number, digests: string): Promise<string> {
  const images = new DecodedImages(maxBytes);
  let found = '';
  for (const digest of digests) {
    const pixels = await images.get(digest, () => {
      found += digest;
      return Promise.resolve(noise(10, 10, digest.charCodeAt(0)));
    });
    assert.deepEqual(pixels, noise(10, 10, digest.charCodeAt(0)));
  }
  return found;
}

test('an image is decoded once while there is room', async () => {
  assert.equal(await decoded(600, 'ababba'), 'ab');
  assert.equal(await decoded(0, 'aab'), 'aab');
});

test('without room the one used longest ago goes first', async () => {
  assert.equal(await decoded(600, 'abacab'), 'abcb');
  assert.equal(await decoded(899, 'abcabc'), 'abcabc');
});
