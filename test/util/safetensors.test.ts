import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type FloatArray, readSafetensors, writeSafetensors } from '../../src/util/safetensors.js';

const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });
const array: fc.Arbitrary<FloatArray> = shape.chain((dimensions) => {
  const length = dimensions.reduce((a, b) => a * b, 1);
  return fc
    .float32Array({ minLength: length, maxLength: length })
    .map((data) => ({ shape: dimensions, data }));
});
const name = fc
  .oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('10', '2', '__proto__', 'toString'))
  .filter((n) => n !== '__metadata__');
const arrays = fc.uniqueArray(fc.tuple(name, array), { selector: ([n]) => n, maxLength: 6 });

function bits({ data }: FloatArray): number[] {
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)];
}

test('arrays of any name, shape and value come back as they were, NaN bits too', () => {
  fc.assert(
    fc.property(arrays, (entries) => {
      const read = readSafetensors(writeSafetensors(new Map(entries)));
      assert.deepEqual([...read.keys()].sort(), entries.map(([n]) => n).sort());
      for (const [n, written] of entries) {
        assert.deepEqual(read.get(n)!.shape, written.shape);
        assert.deepEqual(bits(read.get(n)!), bits(written));
      }
    }),
  );
});

test('what was read is written to the same bytes', () => {
  const text = fc.string({ minLength: 1 }).map((n) => `layer ${n}`);
  const named = fc.uniqueArray(fc.tuple(text, array), { selector: ([n]) => n, maxLength: 6 });
  fc.assert(
    fc.property(named, (entries) => {
      const bytes = writeSafetensors(new Map(entries));
      assert.deepEqual(writeSafetensors(readSafetensors(bytes)), bytes);
    }),
  );
});

test('the file can be read from the middle of a larger buffer, and the arrays are copies', () => {
  const written = writeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
  const larger = new Uint8Array(written.length + 3);
  larger.set(written, 3);
  const { data } = readSafetensors(larger.subarray(3)).get('w')!;
  larger.fill(0);
  assert.deepEqual([...data], [1, 2]);
});

test('the layout is that of the format: length, JSON header, numbers, little-endian', () => {
  const bytes = writeSafetensors(new Map([['w', { shape: [1, 2], data: Float32Array.of(1, -2) }]]));
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  assert.equal((8 + length) % 8, 0);
  assert.deepEqual(JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString()), {
    w: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
  });
  assert.deepEqual([view.getFloat32(8 + length, true), view.getFloat32(12 + length, true)], [1, -2]);
});

test('arrays whose header names them in another order than they lie are read', () => {
  const header = Buffer.from(
    JSON.stringify({
      b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
      a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      __metadata__: { format: 'pt' },
    }),
  );
  const bytes = new Uint8Array(8 + header.length + 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 8 + header.length);
  const read = readSafetensors(bytes);
  assert.deepEqual(
    [...read].map(([n, { data }]) => [n, [...data]]),
    [
      ['a', [1]],
      ['b', [2]],
    ],
  );
});
