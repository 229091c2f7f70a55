/**
 * What TensorFlow's server of one worker is told of all (`ServerDef` in tensorflow_server.proto, `ClusterDef` in
 * cluster.proto, `ConfigProto.Experimental` in config.proto), in protobuf's wire format.
 */
import type { Cluster } from '../../util/share.js';

/** The first worker, which hands out what must be the same for all. */
const LEADER = '/job:worker/replica:0/task:0';

export function serverDef({ addresses, rank }: Cluster): Uint8Array {
  const tasks = addresses.map((address, task) =>
    field(2, Buffer.concat([number(1, task), field(2, address)])),
  );
  const job = Buffer.concat([field(1, 'worker'), ...tasks]);
  // ConfigProto.experimental, and there collective_group_leader.
  const session = field(16, field(1, LEADER));
  return Buffer.concat([
    field(1, field(1, job)),
    field(2, 'worker'),
    number(3, rank),
    field(4, session),
    field(5, 'grpc'),
  ]);
}

/** Length-delimited: text, or a message. */
function field(tag: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((tag << 3) | 2), varint(bytes.length), bytes]);
}

function number(tag: number, value: number): Buffer {
  return Buffer.concat([varint(tag << 3), varint(value)]);
}

/** Seven bits a byte, the lowest first, the eighth for all but the last. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
