/** Splits what is logged of a run into requests as large as the server takes them. */
import { type KeyValue, type SentMetric } from './values.js';

export interface Batch {
  readonly metrics: readonly SentMetric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

/** mlflow/utils/validation.py; `bytes` of the request is documented, and enforced by some hosts. */
export const BATCH_LIMITS = { metrics: 1000, params: 100, tags: 100, total: 1000, bytes: 1_000_000 } as const;

/** Room in a request for the run's id and the names of the lists. */
const ENVELOPE_BYTES = 200;

type Kind = keyof Batch;

/** Parameters and tags come first, so that a run is known for what it is before it has numbers. */
export function* batches(all: Partial<Batch>): Generator<Batch, void, undefined> {
  let batch = emptyBatch();
  let total = 0;
  let bytes = ENVELOPE_BYTES;
  for (const [kind, item] of items(all)) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    const isFull =
      total === BATCH_LIMITS.total ||
      batch[kind].length === BATCH_LIMITS[kind] ||
      bytes + size > BATCH_LIMITS.bytes;
    if (isFull && total > 0) {
      yield batch;
      batch = emptyBatch();
      total = 0;
      bytes = ENVELOPE_BYTES;
    }
    (batch[kind] as unknown[]).push(item);
    total += 1;
    bytes += size;
  }
  if (total > 0) yield batch;
}

function emptyBatch(): Batch {
  return { metrics: [], params: [], tags: [] };
}

function* items({
  params = [],
  tags = [],
  metrics = [],
}: Partial<Batch>): Generator<[Kind, KeyValue | SentMetric]> {
  for (const tag of tags) yield ['tags', tag];
  for (const param of params) yield ['params', param];
  for (const metric of metrics) yield ['metrics', metric];
}
