/**
 * The few device operations that these nets need, with their gradients spelt out: no automatic
 * differentiation, so that an engine decides what is kept and when it is freed. Activations are NHWC, filters HWIO, both
 * in the precision of the arithmetic; what is uploaded and downloaded is float32. Every array that an operation returns belongs to the caller, who frees it.
 */
import type { PhiloxKey } from '../util/philox.js';
import { dropoutMask, type MaskPlace } from './dropout.js';
import type { Pooling } from './pooling.js';

/** Of the arithmetic; sums, losses and weights are float32 in either. */
export type Precision = 'float32' | 'bfloat16';

/** What {@link Ops.momentumStep} changes. */
export interface Learnt<A> {
  readonly weight: A;
  readonly velocity: A;
}

export interface MomentumFactors {
  readonly momentum: number;
  /** On the gradient: the learning rate with its sign. */
  readonly gradient: number;
  /** On the weight; 0 for biases. */
  readonly weight: number;
}

/** An array on the device. Only the {@link Ops} that made it can read it. */
export interface DeviceArray {
  readonly shape: readonly number[];
}

/** `same`: zero padding that keeps the size; `valid`: none. Stride is 1 either way. */
export type Padding = 'same' | 'valid';

/** Local response normalisation across channels: y = x / (bias + alpha * sum of x^2 over 2 depthRadius + 1 channels)^beta. */
export interface LrnSettings {
  /** Channels to each side that count; at the first and last channels there are fewer. */
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

export abstract class Ops<A extends DeviceArray = DeviceArray> {
  /** What the library and the processor compute in. */
  abstract supports(precision: Precision): boolean;
  abstract upload(shape: readonly number[], data: Float32Array): A;
  abstract download(array: A): Float32Array;
  abstract free(array: A): void;
  /** Arrays alive on the device, as its own runtime counts them; the leak tests read this. */
  abstract liveArrays(): number;

  /** A copy in another precision. */
  abstract cast(x: A, precision: Precision): A;
  abstract conv2d(x: A, filter: A, padding: Padding): A;
  abstract conv2dInputGrad(inputShape: readonly number[], filter: A, dy: A, padding: Padding): A;
  abstract conv2dFilterGrad(x: A, filterShape: readonly number[], dy: A, padding: Padding): A;
  abstract biasAdd(x: A, bias: A): A;
  /** Sum of `dy` over all axes but the last. */
  abstract biasGrad(dy: A): A;
  abstract relu(x: A): A;
  /** `dy` where the forward result `y` is positive, else 0. */
  abstract reluGrad(dy: A, y: A): A;
  /** 2x2, stride 2. */
  abstract maxPool(x: A, pooling: Pooling): A;
  abstract maxPoolGrad(x: A, y: A, dy: A, pooling: Pooling): A;
  abstract lrn(x: A, settings: LrnSettings): A;
  abstract lrnGrad(x: A, y: A, dy: A, settings: LrnSettings): A;
  abstract matMul(a: A, b: A, transposeA: boolean, transposeB: boolean): A;
  abstract reshape(x: A, shape: readonly number[]): A;
  abstract add(a: A, b: A): A;
  /** `b` is of the shape of `a` or has a number for each channel, [channels]. */
  abstract multiply(a: A, b: A): A;
  abstract scale(a: A, factor: number): A;
  /**
   * @param logits [n, classes]
   * @param labels class index of each row
   * @returns per-row losses [n] and their gradients [n, classes] (soft-max less one-hot)
   */
  abstract softmaxCrossEntropy(logits: A, labels: Int32Array): { readonly losses: A; readonly gradient: A };

  /** A convolution and its bias [channels out]; in one pass over memory where a backend can, with the same bits. */
  conv2dBias(x: A, filter: A, bias: A, padding: Padding): A {
    const products = this.conv2d(x, filter, padding);
    return this.replace(products, this.biasAdd(products, bias));
  }

  /** Likewise with ReLU; a NaN may come out as 0. */
  conv2dBiasRelu(x: A, filter: A, bias: A, padding: Padding): A {
    const biased = this.conv2dBias(x, filter, bias, padding);
    return this.replace(biased, this.relu(biased));
  }

  /**
   * A fully-connected layer at each place of a map: a convolution without padding, and its bias. Another sum than
   * {@link conv2dBias} where a backend has a faster one.
   */
  fullyConnectedMap(x: A, filter: A, bias: A): A {
    return this.conv2dBias(x, filter, bias, 'valid');
  }

  /** An array that {@link momentumStep} may change; `data` stays as it is. */
  uploadLearnt(shape: readonly number[], data: Float32Array): A {
    return this.upload(shape, data);
  }

  /** {@link dropoutMask} on the device, in float32: the same bits on every backend. */
  dropoutMask(key: PhiloxKey, shape: readonly [number, number], dropout: number, place: MaskPlace): A {
    return this.upload(shape, dropoutMask(key, shape, dropout, place));
  }

  /**
   * v <- momentum v + factor g + factor w, w <- w + v, each operation rounded to float32; in place where a backend can.
   * The arrays given are the operation's: it frees them or gives them back.
   */
  momentumStep({ weight, velocity }: Learnt<A>, gradient: A, factors: MomentumFactors): Learnt<A> {
    const kept = this.replace(velocity, this.scale(velocity, factors.momentum));
    const step = this.replace(gradient, this.scale(gradient, factors.gradient));
    let next = this.replace(kept, this.add(kept, step));
    this.free(step);
    if (factors.weight !== 0) {
      const decay = this.scale(weight, factors.weight);
      next = this.replace(next, this.add(next, decay));
      this.free(decay);
    }
    return { weight: this.replace(weight, this.add(weight, next)), velocity: next };
  }

  /**
   * Sums of arrays over all workers that train together, the same bits on each of them; each worker calls it with arrays
   * of the same shapes. The arrays given are the operation's, as in {@link momentumStep}.
   * @throws WorkerLost
   */
  sumOverWorkers(arrays: readonly A[]): readonly A[] {
    return arrays;
  }

  /** Frees `previous` once `next` was made of it: a step of a chain. */
  replace(previous: A, next: A): A {
    this.free(previous);
    return next;
  }
}
