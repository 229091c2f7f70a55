/** A net so small that even the oracle backend trains it in milliseconds. */
import type { Engine, NetSession, ScoreMap, TrainingSettings } from '../../src/nn/engine.js';
import type { NetState } from '../../src/nn/net-state.js';
import { type NumericCase, numericCase } from './numeric-case.js';

/** Net A at a 32nd of its width, crop 32, five classes, four images. */
export function tinyCase(training: Partial<TrainingSettings> = {}): NumericCase {
  const numeric = numericCase({ width: 1 / 32, crop: 32, classes: 5 });
  const count = 4;
  const data = numeric.batch.data.subarray(0, count * 32 * 32 * 3);
  return {
    ...numeric,
    batch: { ...numeric.batch, count, data },
    labels: numeric.labels.subarray(0, count),
    training: { ...numeric.training, microBatch: count, ...training },
  };
}

/** Opens a session on a case, uses it and closes it. */
export function withSession<T>(
  engine: Engine,
  { net, state, training }: NumericCase,
  use: (session: NetSession) => T,
): T {
  const session = engine.open(net, state, training);
  try {
    return use(session);
  } finally {
    session.close();
  }
}

/** The weights of a state with one array changed. */
export function withWeights(
  state: NetState,
  change: (name: string, data: Float32Array) => Float32Array,
): NetState {
  const weights = [...state.weights].map(
    ([name, { shape, data }]) => [name, { shape, data: change(name, data) }] as const,
  );
  return { ...state, weights: new Map(weights) };
}

/** Mean cross-entropy in float64 of a score map's first position. */
export function crossEntropy({ count, classes, data }: ScoreMap, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let image = 0; image < count; image++) {
    const row = data.subarray(image * classes, (image + 1) * classes);
    const highest = Math.max(...row);
    sum += highest + Math.log(row.reduce((s, v) => s + Math.exp(v - highest), 0)) - row[labels[image]!]!;
  }
  return sum / count;
}
