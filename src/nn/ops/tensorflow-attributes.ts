/** Attributes of TensorFlow's operations, as the binding takes them. */
import type { LrnSettings, Padding } from '../ops.js';
import type { Pooling } from '../pooling.js';
import type { Attribute, TensorflowBinding } from './tensorflow-binding.js';

/** An array's type, one of TensorFlow's numbers. */
interface Typed {
  readonly dtype: number;
}

export class TensorflowAttributes {
  readonly #binding: TensorflowBinding;
  readonly format: Attribute;

  constructor(binding: TensorflowBinding) {
    this.#binding = binding;
    this.format = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
  }

  convolution(x: Typed, padding: Padding): readonly Attribute[] {
    return [
      this.of(x),
      this.format,
      this.padding(padding === 'same'),
      this.integers('strides', [1, 1, 1, 1]),
      this.integers('dilations', [1, 1, 1, 1]),
      this.integers('explicit_paddings', []),
      this.flag('use_cudnn_on_gpu', true),
    ];
  }

  /** TensorFlow's SAME padding of a 2x2 pool of stride 2 is Caffe's rounding up; VALID rounds down. */
  pool(x: Typed, pooling: Pooling): readonly Attribute[] {
    return [
      this.of(x),
      this.format,
      this.padding(pooling === 'ceil'),
      this.integers('ksize', [1, 2, 2, 1]),
      this.integers('strides', [1, 2, 2, 1]),
      this.integers('explicit_paddings', []),
    ];
  }

  lrn({ depthRadius, bias, alpha, beta }: LrnSettings): readonly Attribute[] {
    const number = (name: string, value: number) => ({ name, type: this.#binding.TF_ATTR_FLOAT, value });
    return [
      this.type('T', this.#binding.TF_FLOAT),
      { name: 'depth_radius', type: this.#binding.TF_ATTR_INT, value: depthRadius },
      number('bias', bias),
      number('alpha', alpha),
      number('beta', beta),
    ];
  }

  padding(same: boolean): Attribute {
    return { name: 'padding', type: this.#binding.TF_ATTR_STRING, value: same ? 'SAME' : 'VALID' };
  }

  /** The type of an array, as that of an operation on it. */
  of({ dtype }: Typed): Attribute {
    return this.type('T', dtype);
  }

  type(name: string, value: number): Attribute {
    return { name, type: this.#binding.TF_ATTR_TYPE, value };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.#binding.TF_ATTR_BOOL, value };
  }

  integers(name: string, value: readonly number[]): Attribute {
    return { name, type: this.#binding.TF_ATTR_INT, value };
  }
}
