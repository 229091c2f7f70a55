/** That PyTorch's side of `stagecraft bench` does our work: nets of as many parameters, each task and precision. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TablesResult } from '../../src/cli/bench-tables.js';
import type { NetResult } from '../../src/measure/measure-net.js';
import type { NetTimes, NetWork } from '../../src/measure/net-work.js';
import { NET_NAMES, netFacts } from '../../src/nn/net-facts.js';
import { CLI } from '../support/command.js';
import { python } from './support/torch-case.js';

const run = promisify(execFile);
const PEER = fileURLToPath(new URL('../../../bench/torch_net.py', import.meta.url));

for (const net of NET_NAMES) {
  test(`net ${net} of the peer has as many parameters as ours`, async () => {
    const shape = { net, width: 1 / 16, crop: 64, classes: 10 };
    const work: NetWork = {
      ...shape,
      ...{
        task: 'forward',
        height: 64,
        longSide: 64,
        batch: 1,
        precision: 'float32',
        threads: 1,
        repeats: 1,
      },
    };
    const { stdout } = await run(python, [PEER, JSON.stringify(work)]);
    const { parameters } = JSON.parse(stdout) as NetTimes & { readonly parameters: number };
    assert.equal(parameters, netFacts({ ...shape, px: 64, pooling: 'ceil' }).parameters);
  });
}

for (const task of ['step', 'forward', 'dense'])
  for (const precision of ['float32', 'bfloat16'])
    test(`${task} in ${precision} is timed on both sides`, async () => {
      const small = '--net A --width 1/16 --crop 32 --batch 2 --rounds 1 --repeats 2'.split(' ');
      const { stdout } = await run(process.execPath, [
        ...[CLI, 'bench', task, ...small, '--precision', precision, '--torch', python, '--json'],
      ]);
      const { ours, peer, ratio } = JSON.parse(stdout) as NetResult;
      assert.match(peer!.library, /^PyTorch /);
      assert.equal(ratio, ours.bestSeconds / peer!.bestSeconds);
    });

test('the tables are made from nothing and timed on both sides, each net on as few images as can be', async () => {
  const few = '--profile smoke --set limits.train=32 --set limits.val=10'.split(' ');
  const { stdout } = await run(process.execPath, [
    ...[CLI, 'bench', 'tables', ...few, '--torch', python, '--json'],
  ]);
  const { profile, nets, oursSeconds, peerSeconds, ratio } = JSON.parse(stdout) as TablesResult;
  // The twelve of Table 3, and the shallow one.
  assert.deepEqual([profile, nets], ['smoke', 13]);
  assert.deepEqual([oursSeconds.length, peerSeconds.length], [1, 1]);
  assert.equal(ratio, oursSeconds[0]! / peerSeconds[0]!);
});
