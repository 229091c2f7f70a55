/** Several processes that train one net: TensorFlow's own sums, over real ports of this machine. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test from 'node:test';
import fc from 'fast-check';
import { serverDef } from '../../src/nn/ops/server-def.js';
import { openEngine } from '../../src/nn/open-engine.js';
import { ownPart } from '../../src/util/share.js';
import { UserError } from '../../src/util/user-error.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { relativeDistance, trainCase } from '../support/numeric-case.js';
import { runRank, sharedCase } from '../support/rank.js';

const hasTensorflow = { skip: !availableBackends().includes('tensorflow') };

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

for (const [workers, precision, images, microBatch] of [
  [2, 'float32', 8, 8],
  [3, 'float32', 7, 2],
  [2, 'bfloat16', 8, 3],
] as const)
  test(
    `${workers} workers in ${precision}, ${images} images in parts of ${microBatch}, train as one`,
    hasTensorflow,
    async () => {
      const addresses = (await freePorts(workers)).map((port) => `127.0.0.1:${port}`);
      const order = { precision, microBatch, images };
      const results = await Promise.all(
        addresses.map((_, rank) => runRank({ ...order, cluster: { rank, workers, addresses } })),
      );
      const [first, ...others] = results;
      for (const other of others) {
        assert.equal(other.digest, first!.digest, 'the same bits on all');
        assert.deepEqual(other.losses, first!.losses);
      }
      assert.deepEqual(
        results.map(({ live }) => live),
        results.map(() => 0),
        'nothing is left on the device',
      );
      const alone = trainCase(await engineOf('tensorflow'), sharedCase({ ...order, microBatch: images }));
      const tolerance = precision === 'float32' ? 1e-5 : 2e-2;
      for (const [step, loss] of alone.losses.entries())
        assert.ok(Math.abs(first!.losses[step]! / loss - 1) < tolerance, `loss of step ${step}`);
      for (const [name, { data }] of alone.state.velocity) {
        const distance = relativeDistance(Float32Array.from(first!.velocity[name]!), data);
        assert.ok(distance < 10 * tolerance, `velocity of ${name} by ${distance}`);
      }
    },
  );

test("each thing is one worker's, in order, and no worker has more than one more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 5000 }), (workers, count) => {
      const parts = Array.from({ length: workers }, (_, rank) => ownPart({ rank, workers }, count));
      let next = 0;
      for (const part of parts) {
        assert.equal(part.first, next);
        next += part.count;
      }
      assert.equal(next, count);
      const counts = parts.map((part) => part.count);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
      assert.equal(Math.max(...counts), Math.ceil(count / workers));
    }),
  );
});

test('a server is told of all workers, in the wire format of protobuf', () => {
  const addresses = ['a:1', 'b:22'];
  // As text: cluster { job { name: "worker" tasks { key: 0 value: "a:1" } tasks { key: 1
  // value: "b:22" } } } job_name: "worker" task_index: 1 default_session_config { experimental {
  // collective_group_leader: "/job:worker/replica:0/task:0" } } protocol: "grpc"
  const expected =
    '0a1d0a1b0a06776f726b6572120708001203613a311208080112 04623a3232 1206776f726b6572 1801 2221 8201 1e 0a1c 2f6a6f623a776f726b65722f7265706c6963613a302f7461736b3a30 2a0467727063';
  assert.equal(
    Buffer.from(serverDef({ rank: 1, workers: 2, addresses })).toString('hex'),
    expected.replaceAll(' ', ''),
  );
});

test('a backend without collective operations trains with one worker', async () => {
  const cluster = { rank: 0, workers: 2, addresses: ['127.0.0.1:1', '127.0.0.1:2'] };
  await assert.rejects(openEngine({ backend: 'wasm', threads: 1, cluster }), UserError);
});
