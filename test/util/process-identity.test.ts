import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { isAlive, ownProcess } from '../../src/util/process-identity.js';

const skip = existsSync('/proc/self/stat') ? false : 'only Linux tells when a process started';

test('our own process is alive and has one identity', () => {
  assert.equal(ownProcess().pid, process.pid);
  assert.deepEqual(ownProcess(), ownProcess());
  assert.equal(isAlive(ownProcess()), true);
});

test('a process with our number that started at another time is another one', { skip }, () => {
  assert.equal(isAlive({ pid: process.pid, start: 'another boot-1' }), false);
});

test('a process that has ended is not alive', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const { pid } = child;
  await once(child, 'exit');
  assert.equal(isAlive({ pid: pid!, start: '0' }), false);
});

test('a process of another user counts as alive only with its own start', { skip }, () => {
  // Number 1 is always there.
  assert.equal(isAlive({ pid: 1, start: 'another boot-1' }), false);
});
