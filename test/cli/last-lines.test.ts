import assert from 'node:assert/strict';
import test from 'node:test';
import { LastLines } from '../../src/cli/last-lines.js';

test('the last five lines of each task are kept, without those that every worker prints', () => {
  const lines = new LastLines();
  lines.add('a', 'one\ntwo\n\n');
  lines.add('b', 'other\n');
  lines.add('a', 'I0000 port.cc:153] oneDNN custom operations are on.\nthree\nfour\n');
  lines.add('a', `five\nsix\n${'x'.repeat(1000)}\n`);
  assert.deepEqual(lines.of('a'), ['three', 'four', 'five', 'six', 'x'.repeat(300)]);
  assert.deepEqual(lines.of('b'), ['other']);
  assert.deepEqual(lines.of('c'), []);
});
