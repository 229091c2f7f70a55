/** A net's numbers on the host: what is checkpointed, exported and compared. */
import { normals, streamKey } from '../util/random.js';
import type { ParameterShape } from './layer-kind.js';
import { type Net, parameterShapes } from './net.js';

export interface HostArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Parameter name to array, in the order of the layers. */
export type Parameters = ReadonlyMap<string, HostArray>;

export interface NetState {
  readonly weights: Parameters;
  /** SGD's velocity, in Caffe's form; all zeros before the first step. */
  readonly velocity: Parameters;
}

/**
 * How weights are drawn; biases are 0, and an array whose layer kind says what it begins at is that.
 * - `he`: N(0, 2 / fan-in) (He et al. 2015), for inputs of about unit variance.
 * - `gaussian`: N(0, 0.01^2), as Krizhevsky et al. (2012) and Caffe, for inputs of 0-255 less the mean. The
 *   paper prints a variance of 1e-2, with which net A's first logits are near 4e7.
 */
export type Initialisation = 'he' | 'gaussian';

function standardDeviation(shape: readonly number[], initialisation: Initialisation): number {
  if (initialisation === 'gaussian') return 0.01;
  const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  return Math.sqrt(2 / fanIn);
}

/** Draws a new net; each array has a stream of its own, so nets that share a layer name share its draw. */
export function initialise(net: Net, initialisation: Initialisation, seed: number): NetState {
  const draw = ({ name, shape, bias, initial }: ParameterShape): [string, HostArray] => {
    const constant = initial ?? (bias ? 0 : undefined);
    if (constant !== undefined) return [name, filled(shape, constant)];
    const length = shape.reduce((a, b) => a * b, 1);
    const deviation = standardDeviation(shape, initialisation);
    return [name, { shape, data: normals(streamKey(seed, `initialise/${name}`), length, deviation) }];
  };
  const shapes = parameterShapes(net);
  return {
    weights: new Map(shapes.map(draw)),
    velocity: new Map(shapes.map((p) => [p.name, filled(p.shape, 0)])),
  };
}

function filled(shape: readonly number[], value: number): HostArray {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  // Zeros that nobody writes take no memory.
  return { shape, data: value === 0 ? data : data.fill(value) };
}
