import assert from 'node:assert/strict';
import test from 'node:test';
import { readInstallation } from '../../src/nn/installation.js';
import { loadTensorflowBinding, type TensorflowBinding } from '../../src/nn/ops/tensorflow-binding.js';
import { type PhiloxKey, philoxWords, unitInterval } from '../../src/util/philox.js';
import { streamKey } from '../../src/util/random.js';

const { binding: file } = readInstallation();
const skip = file === undefined ? 'TensorFlow is not installed here' : false;

/** TensorFlow's number of the type uint64, and of the algorithm Philox. */
const UINT64 = 23;
const PHILOX = 1;

/** 32-bit words, low before high, as uint64 on the device. */
function wide(binding: TensorflowBinding, words: readonly number[]): number {
  const id = binding.createTensor([words.length / 2, 2], binding.TF_INT32, Int32Array.from(words));
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
    { name: 'type', type: binding.TF_ATTR_TYPE, value: UINT64 },
  ];
  return binding.executeOp('Bitcast', attributes, [id], 1)[0]!.id;
}

/** TensorFlow's uniform numbers from a block of four on; `high` is the upper half of the counter. */
function tensorflowUniform(
  key: PhiloxKey,
  first: number,
  high: readonly [number, number],
  shape: readonly number[],
): number[] {
  const binding = loadTensorflowBinding(file!);
  const counter = [first >>> 0, Math.floor(first / 2 ** 32), ...high];
  const inputs = [
    binding.createTensor([shape.length], binding.TF_INT32, Int32Array.from(shape)),
    wide(binding, key),
    wide(binding, counter),
    binding.createTensor([], binding.TF_INT32, Int32Array.of(PHILOX)),
  ];
  const attributes = [
    { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'Tshape', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  const [result] = binding.executeOp('StatelessRandomUniformV2', attributes, inputs, 1);
  return [...binding.tensorDataSync(result!.id)];
}

function ourUniform(key: PhiloxKey, first: number, high: readonly [number, number], length: number) {
  return [...philoxWords(key, first, high, length)].map(unitInterval);
}

test('our numbers are the bits of TensorFlow’s StatelessRandomUniformV2', { skip }, () => {
  for (const [key, first, high] of [
    [[0, 0], 0, [0, 0]],
    [streamKey(1, 'dropout'), 12345, [15, 369999]],
    [[0xffffffff, 0x80000000], 2 ** 32 - 2, [0xffffffff, 1]],
  ] as const) {
    assert.deepEqual(ourUniform(key, first, high, 1001), tensorflowUniform(key, first, high, [1001]));
  }
});

test('the rows of a large array can be had one by one, by advancing the counter', { skip }, () => {
  // Large enough that TensorFlow shares the work among threads.
  const [rows, width] = [64, 4096];
  const key = streamKey(7, 'dropout');
  const whole = tensorflowUniform(key, 0, [16, 3], [rows, width]);
  for (const row of [0, 1, 31, 63]) {
    const ours = ourUniform(key, (row * width) / 4, [16, 3], width);
    assert.deepEqual(ours, whole.slice(row * width, (row + 1) * width));
    assert.deepEqual(ours, tensorflowUniform(key, (row * width) / 4, [16, 3], [1, width]));
  }
});
