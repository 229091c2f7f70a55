/** {@link Ops} on TensorFlow itself: each operation is one call of the eager C API, on raw array ids. */
import { type DeviceArray, type LrnSettings, Ops, type Padding } from '../ops.js';
import type { Pooling } from '../pooling.js';
import type { Attribute, TensorflowBinding } from './tensorflow-binding.js';

interface TensorflowArray extends DeviceArray {
  readonly id: number;
}

type BiasedConvolution = Parameters<Ops<TensorflowArray>['conv2dBias']>;

export class TensorflowOps extends Ops<TensorflowArray> {
  readonly #binding: TensorflowBinding;
  readonly #float: Attribute;
  readonly #format: Attribute;
  readonly #fuses: boolean;

  constructor(binding: TensorflowBinding) {
    super();
    this.#binding = binding;
    this.#float = this.#type('T', binding.TF_FLOAT);
    this.#format = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
    this.#fuses = this.#canFuse();
  }

  upload(shape: readonly number[], data: Float32Array): TensorflowArray {
    return { shape, id: this.#binding.createTensor(shape, this.#binding.TF_FLOAT, data) };
  }

  download(array: TensorflowArray): Float32Array {
    return this.#binding.tensorDataSync(array.id) as Float32Array;
  }

  free(array: TensorflowArray): void {
    this.#binding.deleteTensor(array.id);
  }

  liveArrays(): number {
    return this.#binding.getNumOfTensors();
  }

  conv2d(x: TensorflowArray, filter: TensorflowArray, padding: Padding): TensorflowArray {
    return this.#run('Conv2D', this.#convolution(padding), [x.id, filter.id]);
  }

  override conv2dBias(...[x, filter, bias, padding]: BiasedConvolution): TensorflowArray {
    if (!this.#fuses) return super.conv2dBias(x, filter, bias, padding);
    return this.#fused([x, filter, bias], padding, ['BiasAdd']);
  }

  override conv2dBiasRelu(...[x, filter, bias, padding]: BiasedConvolution): TensorflowArray {
    if (!this.#fuses) return super.conv2dBiasRelu(x, filter, bias, padding);
    return this.#fused([x, filter, bias], padding, ['BiasAdd', 'Relu']);
  }

  conv2dInputGrad(
    inputShape: readonly number[],
    filter: TensorflowArray,
    dy: TensorflowArray,
    padding: Padding,
  ): TensorflowArray {
    return this.#withShape(inputShape, (sizes) =>
      this.#run('Conv2DBackpropInput', this.#convolution(padding), [sizes, filter.id, dy.id]),
    );
  }

  conv2dFilterGrad(
    x: TensorflowArray,
    filterShape: readonly number[],
    dy: TensorflowArray,
    padding: Padding,
  ): TensorflowArray {
    return this.#withShape(filterShape, (sizes) =>
      this.#run('Conv2DBackpropFilter', this.#convolution(padding), [x.id, sizes, dy.id]),
    );
  }

  biasAdd(x: TensorflowArray, bias: TensorflowArray): TensorflowArray {
    return this.#run('BiasAdd', [this.#float, this.#format], [x.id, bias.id]);
  }

  biasGrad(dy: TensorflowArray): TensorflowArray {
    return this.#run('BiasAddGrad', [this.#float, this.#format], [dy.id]);
  }

  relu(x: TensorflowArray): TensorflowArray {
    return this.#run('Relu', [this.#float], [x.id]);
  }

  reluGrad(dy: TensorflowArray, y: TensorflowArray): TensorflowArray {
    return this.#run('ReluGrad', [this.#float], [dy.id, y.id]);
  }

  maxPool(x: TensorflowArray, pooling: Pooling): TensorflowArray {
    return this.#run('MaxPool', this.#pool(pooling), [x.id]);
  }

  maxPoolGrad(
    x: TensorflowArray,
    y: TensorflowArray,
    dy: TensorflowArray,
    pooling: Pooling,
  ): TensorflowArray {
    return this.#run('MaxPoolGrad', this.#pool(pooling), [x.id, y.id, dy.id]);
  }

  lrn(x: TensorflowArray, settings: LrnSettings): TensorflowArray {
    return this.#run('LRN', this.#lrn(settings), [x.id]);
  }

  lrnGrad(
    x: TensorflowArray,
    y: TensorflowArray,
    dy: TensorflowArray,
    settings: LrnSettings,
  ): TensorflowArray {
    return this.#run('LRNGrad', this.#lrn(settings), [dy.id, x.id, y.id]);
  }

  matMul(a: TensorflowArray, b: TensorflowArray, transposeA: boolean, transposeB: boolean): TensorflowArray {
    const attributes = [
      this.#float,
      this.#flag('transpose_a', transposeA),
      this.#flag('transpose_b', transposeB),
    ];
    return this.#run('MatMul', attributes, [a.id, b.id]);
  }

  reshape(x: TensorflowArray, shape: readonly number[]): TensorflowArray {
    const attributes = [this.#float, this.#type('Tshape', this.#binding.TF_INT32)];
    return this.#withShape(shape, (sizes) => this.#run('Reshape', attributes, [x.id, sizes]));
  }

  add(a: TensorflowArray, b: TensorflowArray): TensorflowArray {
    return this.#run('AddV2', [this.#float], [a.id, b.id]);
  }

  multiply(a: TensorflowArray, b: TensorflowArray): TensorflowArray {
    return this.#run('Mul', [this.#float], [a.id, b.id]);
  }

  scale(a: TensorflowArray, factor: number): TensorflowArray {
    const scalar = this.upload([], Float32Array.of(factor));
    const result = this.multiply(a, scalar);
    this.free(scalar);
    return result;
  }

  softmaxCrossEntropy(logits: TensorflowArray, labels: Int32Array) {
    const labelId = this.#binding.createTensor([labels.length], this.#binding.TF_INT32, labels);
    const attributes = [this.#float, this.#type('Tlabels', this.#binding.TF_INT32)];
    const [losses, gradient] = this.#binding.executeOp(
      'SparseSoftmaxCrossEntropyWithLogits',
      attributes,
      [logits.id, labelId],
      2,
    );
    this.#binding.deleteTensor(labelId);
    return { losses: losses!, gradient: gradient! };
  }

  /**
   * oneDNN's convolution adds the bias and takes ReLU while it writes; afterwards these take half as long as the
   * convolution itself where channels are few. TensorFlow rewrites graphs to this operation; called by name it wants the
   * label of its kernel.
   */
  #fused(inputs: readonly TensorflowArray[], padding: Padding, ops: readonly string[]): TensorflowArray {
    const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_STRING, TF_ATTR_INT, TF_ATTR_FLOAT } = this.#binding;
    const attributes: readonly Attribute[] = [
      ...this.#convolution(padding),
      { name: '_kernel', type: TF_ATTR_STRING, value: 'MklNameChangeOp' },
      { name: 'fused_ops', type: TF_ATTR_STRING, value: ops },
      // A list of one type.
      { name: 'TArgs', type: TF_ATTR_TYPE, value: [TF_FLOAT] },
      { name: 'num_args', type: TF_ATTR_INT, value: 1 },
      { name: 'num_host_args', type: TF_ATTR_INT, value: 0 },
      { name: 'epsilon', type: TF_ATTR_FLOAT, value: 0 },
      { name: 'leakyrelu_alpha', type: TF_ATTR_FLOAT, value: 0 },
    ];
    const ids = inputs.map(({ id }) => id);
    return this.#run('_MklNativeFusedConv2D', attributes, ids);
  }

  /** Libraries without oneDNN do not have it; one in which oneDNN is switched off would compute with it nevertheless. */
  #canFuse(): boolean {
    if (this.#binding.isUsingGpuDevice() || isOff(process.env['TF_ENABLE_ONEDNN_OPTS'])) return false;
    const zeros = [[1, 1, 1, 1], [1, 1, 1, 1], [1]].map((shape) => this.upload(shape, Float32Array.of(0)));
    try {
      this.free(this.#fused(zeros, 'valid', ['BiasAdd', 'Relu']));
      return true;
    } catch {
      return false;
    } finally {
      for (const array of zeros) this.free(array);
    }
  }

  #run(op: string, attributes: readonly Attribute[], inputs: readonly number[]): TensorflowArray {
    return this.#binding.executeOp(op, attributes, inputs, 1)[0]!;
  }

  /** Calls `use` with a shape as an int32 array on the device, which is freed afterwards. */
  #withShape(shape: readonly number[], use: (id: number) => TensorflowArray): TensorflowArray {
    const id = this.#binding.createTensor([shape.length], this.#binding.TF_INT32, Int32Array.from(shape));
    try {
      return use(id);
    } finally {
      this.#binding.deleteTensor(id);
    }
  }

  #convolution(padding: Padding): readonly Attribute[] {
    return [
      this.#float,
      this.#format,
      this.#padding(padding === 'same'),
      this.#integers('strides', [1, 1, 1, 1]),
      this.#integers('dilations', [1, 1, 1, 1]),
      this.#integers('explicit_paddings', []),
      this.#flag('use_cudnn_on_gpu', true),
    ];
  }

  /** TensorFlow's SAME padding of a 2x2 pool of stride 2 is Caffe's rounding up; VALID rounds down. */
  #pool(pooling: Pooling): readonly Attribute[] {
    return [
      this.#float,
      this.#format,
      this.#padding(pooling === 'ceil'),
      this.#integers('ksize', [1, 2, 2, 1]),
      this.#integers('strides', [1, 2, 2, 1]),
      this.#integers('explicit_paddings', []),
    ];
  }

  #lrn({ depthRadius, bias, alpha, beta }: LrnSettings): readonly Attribute[] {
    const number = (name: string, value: number) => ({ name, type: this.#binding.TF_ATTR_FLOAT, value });
    return [
      this.#float,
      { name: 'depth_radius', type: this.#binding.TF_ATTR_INT, value: depthRadius },
      number('bias', bias),
      number('alpha', alpha),
      number('beta', beta),
    ];
  }

  #padding(same: boolean): Attribute {
    return { name: 'padding', type: this.#binding.TF_ATTR_STRING, value: same ? 'SAME' : 'VALID' };
  }

  #type(name: string, value: number): Attribute {
    return { name, type: this.#binding.TF_ATTR_TYPE, value };
  }

  #flag(name: string, value: boolean): Attribute {
    return { name, type: this.#binding.TF_ATTR_BOOL, value };
  }

  #integers(name: string, value: readonly number[]): Attribute {
    return { name, type: this.#binding.TF_ATTR_INT, value };
  }
}

/** As TensorFlow reads a switch of its environment. */
function isOff(value: string | undefined): boolean {
  return value === '0' || value?.toLowerCase() === 'false';
}
