import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readNpy, readNpyParts, writeNpy } from '../../src/util/npy.js';
import { FormatError, readSafetensors, writeSafetensors } from '../../src/util/safetensors.js';

/** A safetensors file with any header and as many zero bytes of numbers. */
function file(header: string, numbers: number, length = BigInt(Buffer.byteLength(header))): Uint8Array {
  const bytes = new Uint8Array(8 + Buffer.byteLength(header) + numbers);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(Buffer.from(header), 8);
  return bytes;
}

function one(entry: object, numbers: number): Uint8Array {
  return file(JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...entry } }), numbers);
}

const SAFETENSORS: Readonly<Record<string, Uint8Array>> = {
  'an empty file': new Uint8Array(0),
  'seven bytes': new Uint8Array(7),
  'a header length beyond the file': file('{}', 0, 3n),
  'a header length of 2^64 - 1': file('{}', 0, 2n ** 64n - 1n),
  'a header that is cut short': file('{"w":', 0),
  'a header that is not UTF-8 JSON': file('\u0000\u0001', 0),
  'a header that is null': file('null', 0),
  'a header that is a list': file('[]', 0),
  'a header that is a number': file('7', 0),
  'an entry that is null': file('{"w":null}', 0),
  'an entry that is a text': file('{"w":"F32"}', 0),
  'an entry without a shape': file('{"w":{"dtype":"F32","data_offsets":[0,4]}}', 4),
  'an entry without a place': file('{"w":{"dtype":"F32","shape":[1]}}', 4),
  'float16 numbers': one({ dtype: 'F16', shape: [2] }, 4),
  'a type that is a map': one({ dtype: {} }, 4),
  'a negative shape': one({ shape: [-1] }, 4),
  'a broken shape': one({ shape: [1.5] }, 4),
  'a shape of texts': one({ shape: ['1'] }, 4),
  'a shape whose product overflows': one({ shape: [2 ** 52, 2 ** 52, 2 ** 52] }, 4),
  'a shape beyond whole numbers': one({ shape: [1e300, 0] }, 4),
  'a place beyond the file': one({ shape: [2], data_offsets: [0, 8] }, 4),
  'a place that ends before it begins': one({ data_offsets: [4, 0] }, 4),
  'a place of three': one({ data_offsets: [0, 4, 8] }, 4),
  'a place that does not begin where the one before ends': one({ data_offsets: [4, 8] }, 8),
  'a place smaller than the shape': one({ shape: [2] }, 4),
  'bytes after the last array': one({}, 8),
  'two arrays in one place': file(
    JSON.stringify({
      a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    }),
    4,
  ),
};

for (const [what, bytes] of Object.entries(SAFETENSORS)) {
  test(`safetensors: ${what} is refused as a wrong format`, () => {
    assert.throws(() => readSafetensors(bytes), FormatError);
  });
}

const MAGIC = '\x93NUMPY\x01\x00';

function npy(header: string, numbers: number, length = header.length): Uint8Array {
  const lengths = String.fromCharCode(length & 255, length >> 8);
  return Buffer.concat([Buffer.from(MAGIC + lengths + header, 'latin1'), Buffer.alloc(numbers)]);
}

function npyOf(shape: string, numbers: number, descr = '<f4', order = 'False'): Uint8Array {
  return npy(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`, numbers);
}

const NPY: Readonly<Record<string, Uint8Array>> = {
  'an empty file': new Uint8Array(0),
  'nothing after the magic': Buffer.from(MAGIC, 'latin1'),
  'half of the header length': Buffer.from(`${MAGIC}\x40`, 'latin1'),
  'a header length beyond the file': npy('{', 0, 65535),
  'version 2.0': Buffer.from('\x93NUMPY\x02\x00\x00\x00\x00\x00', 'latin1'),
  float64: npyOf('(1,)', 8, '<f8'),
  'big-endian float32': npyOf('(1,)', 4, '>f4'),
  'pickled objects': npyOf('(1,)', 4, '|O'),
  'Fortran order': npyOf('(1,)', 4, '<f4', 'True'),
  'fewer numbers than the shape': npyOf('(3,)', 8),
  'more numbers than the shape': npyOf('(1,)', 8),
  'half a number': npyOf('(1,)', 6),
  'a negative shape': npyOf('(-1,)', 4),
  'a shape of words': npyOf('(one,)', 4),
  'a shape with a gap': npyOf('(1 1,)', 4),
  'a giant shape': npyOf('(99999999999, 99999999999)', 4),
  'a giant shape of nothing': npyOf('(0, 99999999999999999999)', 0),
};

// eslint-disable-next-line @typescript-eslint/require-await -- parts come so from a disk
async function* pairs(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 2) yield bytes.subarray(at, at + 2);
}

for (const [what, bytes] of Object.entries(NPY)) {
  test(`npy: ${what} is refused as a wrong format, whole or in parts`, async () => {
    assert.throws(() => readNpy(bytes), FormatError);
    await assert.rejects(async () => {
      // eslint-disable-next-line @typescript-eslint/no-unused-vars -- read to the end
      for await (const _ of readNpyParts(pairs(bytes), 3));
    }, FormatError);
  });
}

/** Reads bytes that may be damaged: a value or a FormatError, nothing else. */
function survives(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    read(bytes);
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
  }
}

test('a file that is cut anywhere is refused as a wrong format', () => {
  const data = Float32Array.of(1, 2, 3);
  const safetensors = writeSafetensors(new Map([['w', { shape: [3], data }]]));
  const numpy = writeNpy({ shape: [3], data });
  for (let end = 0; end < safetensors.length; end++)
    assert.throws(() => readSafetensors(safetensors.subarray(0, end)), FormatError, `at ${end}`);
  for (let end = 0; end < numpy.length; end++)
    assert.throws(() => readNpy(numpy.subarray(0, end)), FormatError, `at ${end}`);
});

test('a file with any one byte changed is read or refused, and never crashes the reader', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const safetensors = writeSafetensors(new Map([['w', { shape: [2, 2], data }]]));
  const numpy = writeNpy({ shape: [2, 2], data });
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 255 }), (at, value) => {
      survives(readSafetensors, safetensors.with(at % safetensors.length, value));
      survives(readNpy, numpy.with(at % numpy.length, value));
    }),
    { numRuns: 1000 },
  );
});
