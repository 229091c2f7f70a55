/** A net's numbers on the host: what is checkpointed, exported and compared. */
import { normals, streamKey } from '../util/random.js';
import { type Net, type ParameterShape, parameterShapes } from './net.js';

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
 * How weights are drawn; biases are 0.
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
  const draw = ({ name, shape }: ParameterShape): [string, HostArray] => {
    const length = shape.reduce((a, b) => a * b, 1);
    const data = name.endsWith('.bias')
      ? new Float32Array(length)
      : normals(streamKey(seed, `initialise/${name}`), length, standardDeviation(shape, initialisation));
    return [name, { shape, data }];
  };
  const shapes = parameterShapes(net);
  return {
    weights: new Map(shapes.map(draw)),
    velocity: new Map(shapes.map((p) => [p.name, zeros(p.shape)])),
  };
}

function zeros(shape: readonly number[]): HostArray {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}
