/**
 * The port to the numerics. Everything that crosses it is a typed array: no tensor leaves `nn/`.
 */
import type { Net } from './net.js';
import type { Precision } from './ops.js';
import type { NetState } from './net-state.js';
import { ALONE, type Share } from '../util/share.js';

export type Backend = 'tensorflow' | 'wasm' | 'cpu';

/** What computed a result; stands in each artifact's manifest. */
export interface EngineDescription {
  readonly backend: Backend;
  /** E.g. `TensorFlow 2.21.0`, `tfjs-backend-wasm 4.22.0`. */
  readonly library: string;
  readonly device: 'cpu' | 'gpu';
  /** Threads inside one operation. */
  readonly threads: number;
  /** Processes that train a net together; absent where it is one. */
  readonly workers?: number;
}

/** A batch of normalised images, [count, height, width, 3], row-major. */
export interface ImageBatch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** How training goes about each step; constant for a session. */
export interface TrainingSettings {
  readonly momentum: number;
  /** L2 on weights, not on biases: `weightDecay * w` is added to the gradient (Caffe's form). */
  readonly weightDecay: number;
  /** Probability to drop a unit of a hidden fully-connected layer (fc6 and fc7). */
  readonly dropout: number;
  readonly seed: number;
  /** The first layer that learns, by name; those before it stay as they are. All of them learn where it is left out. */
  readonly learnsFrom?: string;
  /** Of the arithmetic; float32 if left out. */
  readonly precision?: Precision;
  /** Images computed at once; gradients are summed over a batch's parts before the one update. */
  readonly microBatch: number;
}

/** How a net is trained, or for scores alone in which precision. */
export type NetUse = TrainingSettings | Pick<TrainingSettings, 'precision'>;

export interface TrainingStep {
  /** Zero-based; with the seed it keys the dropout masks. */
  readonly step: number;
  readonly rate: number;
  /** Where the images stand in the batch that all workers share; they are the whole batch if left out. */
  readonly part?: { readonly first: number; readonly of: number };
}

/** Class scores before the soft-max, [count, rows, columns, classes], row-major. */
export interface ScoreMap {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  readonly data: Float32Array;
}

/** One net on the device. Close it: its arrays are freed then and only then. */
export interface NetSession {
  /**
   * One step of SGD: v <- momentum v - rate (g + weightDecay w), w <- w + v (Caffe's form). With several workers, each gives
   * its part of the batch, and all have the same weights after it.
   * @param labels class index of each image
   * @returns the mean loss over the whole batch, before the update; it can be non-finite
   * @throws WorkerLost
   */
  trainStep(batch: ImageBatch, labels: Int32Array, step: TrainingStep): number;
  /** The fully-convolutional net over whole images of any size from the crop up (Sect. 3.2). No dropout. */
  scoreMap(batch: ImageBatch): ScoreMap;
  /** Only of a session that learns, or that computes in float32. */
  getState(): NetState;
  setState(state: NetState): void;
  close(): void;
}

export abstract class Engine {
  abstract readonly description: EngineDescription;
  /** Of each batch, and of what is watched. */
  readonly share: Share = ALONE;
  /**
   * Puts a net on the device.
   * @throws UserError where the backend does not compute in that precision
   */
  abstract open(net: Net, state: NetState, use?: NetUse): NetSession;
  /**
   * Sums over all workers, rounded to float32 where there are several; each calls it in the same order.
   * @throws WorkerLost
   */
  sumOverWorkers(numbers: readonly number[]): readonly number[] {
    return numbers;
  }

  /** Arrays alive on the device beyond those that the backend itself keeps. */
  abstract liveArrays(): number;
}
