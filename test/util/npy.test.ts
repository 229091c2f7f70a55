import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readNpy, readNpyParts, writeNpy } from '../../src/util/npy.js';

test('an array of any shape comes back as it was', () => {
  const shapes = fc.array(fc.nat({ max: 5 }), { maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.nat(), (shape, first) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length }, (_, i) => Math.fround((first + i) / 3));
      assert.deepEqual(readNpy(writeNpy({ shape, data })), { shape, data });
    }),
  );
});

test('the header is as NumPy writes it and ends at a multiple of 64 bytes', () => {
  for (const [shape, tuple] of [
    [[], '()'],
    [[2], '(2,)'],
    [[1500, 10], '(1500, 10)'],
  ] as const) {
    const data = new Float32Array(shape.reduce((a: number, b: number) => a * b, 1));
    const bytes = Buffer.from(writeNpy({ shape, data }));
    const end = bytes.indexOf('\n') + 1;
    assert.equal(end % 64, 0);
    assert.equal(bytes.length, end + data.byteLength);
    assert.equal(
      bytes.toString('latin1', 10, end).trimEnd(),
      `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`,
    );
  }
});

test('a part of a larger array is written without its surroundings', () => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  assert.deepEqual([...readNpy(writeNpy({ shape: [2], data })).data], [1, 2]);
});

/** A file in parts of any length, empty ones among them. */
// eslint-disable-next-line @typescript-eslint/require-await -- parts come so from a disk
async function* inParts(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const length of lengths) {
    yield bytes.subarray(at, at + length);
    at += length;
  }
  yield bytes.subarray(at);
}

test('a file that comes in parts gives the numbers of the whole one, wherever the parts end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ noNaN: true }), { maxLength: 60 }),
      fc.array(fc.nat({ max: 90 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 17 }),
      async (numbers, lengths, most) => {
        const data = Float32Array.from(numbers);
        const found: number[] = [];
        for await (const part of readNpyParts(
          inParts(writeNpy({ shape: [data.length], data }), lengths),
          most,
        )) {
          assert.equal(part.length, Math.min(most, data.length - found.length));
          found.push(...part);
        }
        assert.deepEqual(found, [...data]);
      },
    ),
  );
});
