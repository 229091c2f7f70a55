/**
 * {@link Ops} on TensorFlow.js's own kernels, for the `wasm` and `cpu` backends. WebAssembly has no
 * gradient of a convolution's filter; it is the sum over the filter's places of a matrix product each.
 * It has no local response normalisation either, and its gradient of a max-pool is wrong for negative numbers;
 * these two are computed outside of it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type DeviceArray, type LrnSettings, Ops, type Padding, type Precision } from '../ops.js';
import type { Pooling } from '../pooling.js';
import { lrn, lrnGrad } from './lrn.js';
import { maxPoolGrad } from './max-pool-grad.js';

/** A tensor is a device array as it is. */
type TfjsArray = DeviceArray & tf.Tensor;

export class TfjsOps extends Ops<TfjsArray> {
  supports(precision: Precision): boolean {
    return precision === 'float32';
  }

  /** There is one precision. */
  cast(x: TfjsArray): TfjsArray {
    return tf.clone(x);
  }

  upload(shape: readonly number[], data: Float32Array): TfjsArray {
    return tf.tensor(data.slice(), [...shape], 'float32');
  }

  download(array: TfjsArray): Float32Array {
    return array.dataSync<'float32'>().slice();
  }

  free(array: TfjsArray): void {
    array.dispose();
  }

  liveArrays(): number {
    return tf.memory().numTensors;
  }

  conv2d(x: TfjsArray, filter: TfjsArray, padding: Padding): TfjsArray {
    return tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, padding);
  }

  conv2dInputGrad(
    inputShape: readonly number[],
    filter: TfjsArray,
    dy: TfjsArray,
    padding: Padding,
  ): TfjsArray {
    const shape = inputShape as [number, number, number, number];
    return tf.conv2dTranspose(dy as tf.Tensor4D, filter as tf.Tensor4D, shape, 1, padding);
  }

  conv2dFilterGrad(x: TfjsArray, filterShape: readonly number[], dy: TfjsArray, padding: Padding): TfjsArray {
    const [height, width, channelsIn, channelsOut] = filterShape as [number, number, number, number];
    const [count, rows, columns] = dy.shape as [number, number, number, number];
    const before = padding === 'same' ? [(height - 1) >> 1, (width - 1) >> 1] : [0, 0];
    const after = padding === 'same' ? [height >> 1, width >> 1] : [0, 0];
    return tf.tidy(() => {
      const padded = tf.pad(x as tf.Tensor4D, [
        [0, 0],
        [before[0]!, after[0]!],
        [before[1]!, after[1]!],
        [0, 0],
      ]);
      const gradient = tf.reshape(dy, [count * rows * columns, channelsOut]);
      const places: tf.Tensor[] = [];
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const shifted = tf.slice(padded, [0, i, j, 0], [count, rows, columns, channelsIn]);
          const pixels = tf.reshape(shifted, [count * rows * columns, channelsIn]);
          // Only products of operands as they lie have a fast kernel in WebAssembly.
          places.push(tf.matMul(tf.transpose(pixels), gradient));
        }
      }
      return tf.reshape(tf.stack(places), [height, width, channelsIn, channelsOut]);
    });
  }

  biasAdd(x: TfjsArray, bias: TfjsArray): TfjsArray {
    return tf.add(x, bias);
  }

  biasGrad(dy: TfjsArray): TfjsArray {
    return tf.sum(dy, [...dy.shape.keys()].slice(0, -1));
  }

  relu(x: TfjsArray): TfjsArray {
    if (tf.getBackend() !== 'wasm') return tf.relu(x);
    // WebAssembly's own ReLU makes 0 of a NaN whose sign bit is set: a training that diverged would look sound.
    return tf.tidy(() => tf.prelu(x, tf.zeros(x.shape.slice(-1))));
  }

  reluGrad(dy: TfjsArray, y: TfjsArray): TfjsArray {
    return tf.tidy(() => tf.mul(dy, tf.cast(tf.greater(y, 0), 'float32')));
  }

  maxPool(x: TfjsArray, pooling: Pooling): TfjsArray {
    return tf.maxPool(x as tf.Tensor4D, 2, 2, pooling === 'ceil' ? 'same' : 'valid');
  }

  maxPoolGrad(x: TfjsArray, y: TfjsArray, dy: TfjsArray, pooling: Pooling): TfjsArray {
    if (tf.getBackend() === 'wasm') {
      const [input, gradient] = [x.dataSync<'float32'>(), dy.dataSync<'float32'>()];
      return tf.tensor(maxPoolGrad(input, x.shape, gradient, y.shape), x.shape);
    }
    return tf
      .engine()
      .runKernel<tf.Tensor>(
        'MaxPoolGrad',
        { dy, input: x, output: y },
        { filterSize: 2, strides: 2, pad: pooling === 'ceil' ? 'same' : 'valid' },
      );
  }

  lrn(x: TfjsArray, settings: LrnSettings): TfjsArray {
    if (tf.getBackend() !== 'wasm') {
      const { depthRadius, bias, alpha, beta } = settings;
      return tf.localResponseNormalization(x as tf.Tensor4D, depthRadius, bias, alpha, beta);
    }
    return tf.tensor(lrn(x.dataSync<'float32'>(), x.shape.at(-1)!, settings), x.shape);
  }

  lrnGrad(x: TfjsArray, y: TfjsArray, dy: TfjsArray, settings: LrnSettings): TfjsArray {
    if (tf.getBackend() !== 'wasm')
      return tf.engine().runKernel<tf.Tensor>('LRNGrad', { x, y, dy }, { ...settings });
    const [input, gradient] = [x.dataSync<'float32'>(), dy.dataSync<'float32'>()];
    return tf.tensor(lrnGrad(input, gradient, x.shape.at(-1)!, settings), x.shape);
  }

  matMul(a: TfjsArray, b: TfjsArray, transposeA: boolean, transposeB: boolean): TfjsArray {
    return tf.tidy(() => {
      const left = transposeA ? tf.transpose(a) : a;
      const right = transposeB ? tf.transpose(b) : b;
      return tf.matMul(left, right);
    });
  }

  reshape(x: TfjsArray, shape: readonly number[]): TfjsArray {
    return tf.reshape(x, [...shape]);
  }

  add(a: TfjsArray, b: TfjsArray): TfjsArray {
    return tf.add(a, b);
  }

  multiply(a: TfjsArray, b: TfjsArray): TfjsArray {
    return tf.mul(a, b);
  }

  scale(a: TfjsArray, factor: number): TfjsArray {
    return tf.tidy(() => tf.mul(a, tf.scalar(factor)));
  }

  softmaxCrossEntropy(logits: TfjsArray, labels: Int32Array) {
    const [losses, gradient] = tf.tidy(() => {
      const classes = logits.shape[1];
      const oneHot = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
      const shifted = tf.sub(logits, tf.max(logits, 1, true));
      const logSum = tf.log(tf.sum(tf.exp(shifted), 1, true));
      const logPosterior = tf.sub(shifted, logSum);
      const rowLosses = tf.neg(tf.sum(tf.mul(oneHot, logPosterior), 1));
      return [rowLosses, tf.sub(tf.exp(logPosterior), oneHot)] as [tf.Tensor, tf.Tensor];
    });
    return { losses, gradient };
  }
}
