import assert from 'node:assert/strict';
import test from 'node:test';
import { killedAdvice, memoryProblem } from '../../src/run/out-of-memory.js';

test('what V8, Node and TensorFlow say where memory is short is told with the way out', () => {
  // Larger than any machine's memory, so that V8 itself has to say so.
  assert.throws(
    () => new ArrayBuffer(2 ** 52),
    (error) => /not enough memory .* memoryGiB/.test(memoryProblem(error)!),
  );
  const tensorflow = new Error(
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1000000,1000000] and type float',
  );
  assert.match(
    memoryProblem(tensorflow)!,
    /^There was not enough memory \(Invalid TF_Status: 8\)\. Give nets less/,
  );
  assert.equal(memoryProblem(new Error('Invalid TF_Status: 3')), undefined);
});

test('a worker that the system may have ended is told so', () => {
  assert.match(killedAdvice('SIGKILL'), /for want of memory\. .*--slots 1/);
  assert.equal(killedAdvice('exit status 3'), '');
});
