/** A small net with a batch and images for dense evaluation: what engines and judges are compared on. */
import type { Engine, ImageBatch, TrainingSettings } from '../../src/nn/engine.js';
import { buildNet, type Net, type NetShape } from '../../src/nn/net.js';
import { initialise, type NetState } from '../../src/nn/net-state.js';
import { type NetName, netShape } from '../../src/nn/nets.js';
import { normals, streamKey } from '../../src/util/random.js';

export interface NumericCase {
  readonly net: Net;
  readonly state: NetState;
  readonly batch: ImageBatch;
  readonly labels: Int32Array;
  /** Not square, of odd sides: 4 x 5 positions where pools round up (crop 64), 3 x 4 where they round down. */
  readonly dense: ImageBatch;
  readonly training: TrainingSettings;
  readonly rate: number;
  readonly steps: number;
}

/** What of a built-in net a case can have otherwise than net A at a 16th of its width. */
export type CaseShape = Partial<Omit<NetShape, 'net' | 'layers'>> & { readonly net?: NetName };

export function numericCase({ net = 'A', ...rest }: CaseShape = {}): NumericCase {
  const shape = { width: 1 / 16, crop: 64, classes: 10, pooling: 'ceil' as const, ...rest };
  return caseOf(buildNet(netShape(net, shape)));
}

/** `images` of a batch. */
export function caseOf(net: Net, images = 8): NumericCase {
  const { crop, classes } = net.shape;
  const batch = randomImages(images, crop, crop, 'batch');
  return {
    net,
    state: initialise(net, 'he', 7),
    batch,
    labels: Int32Array.from({ length: batch.count }, (_, i) => (3 * i) % classes),
    dense: randomImages(2, crop + 67, crop + 99, 'dense'),
    training: { momentum: 0.9, weightDecay: 5e-4, dropout: 0, seed: 7, microBatch: batch.count },
    rate: 0.01,
    steps: 5,
  };
}

/** The layers as plain data, for judges in other languages: kind, name and parameters at the net's width. */
export function layersOf(net: Net) {
  return net.layers.map(({ name, parameters }) => ({ name, ...parameters }));
}

export function randomImages(count: number, height: number, width: number, stream: string): ImageBatch {
  return { count, height, width, data: normals(streamKey(11, stream), count * height * width * 3, 1) };
}

/** Losses of the steps of a case, and the state after them. */
export function trainCase(engine: Engine, { net, state, batch, labels, training, rate, steps }: NumericCase) {
  const session = engine.open(net, state, training);
  try {
    const losses = Array.from({ length: steps }, (_, step) =>
      session.trainStep(batch, labels, { step, rate }),
    );
    return { losses, state: session.getState() };
  } finally {
    session.close();
  }
}

/** Gradients of the mean loss: with no momentum and a rate of 1, the first velocity is their negative. */
export function gradientsOf(
  engine: Engine,
  { net, state, batch, labels, training }: NumericCase,
): Map<string, Float32Array> {
  const session = engine.open(net, state, { ...training, momentum: 0, weightDecay: 0 });
  try {
    session.trainStep(batch, labels, { step: 0, rate: 1 });
    return new Map([...session.getState().velocity].map(([name, { data }]) => [name, data.map((v) => -v)]));
  } finally {
    session.close();
  }
}

/** ||a - b|| / ||b||. */
export function relativeDistance(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** max |a - b| / max |b|. */
export function largestDeviation(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return difference / largest;
}
