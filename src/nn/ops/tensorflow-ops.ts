/** {@link Ops} on TensorFlow itself: each operation is one call of the eager C API, on raw array ids. */
import {
  type DeviceArray,
  type Learnt,
  type LrnSettings,
  type MomentumFactors,
  Ops,
  type Padding,
  type Precision,
} from '../ops.js';
import type { Pooling } from '../pooling.js';
import type { Attribute, TensorflowBinding } from './tensorflow-binding.js';

interface TensorflowArray extends DeviceArray {
  readonly id: number;
  readonly dtype: number;
}

/** Of TensorFlow's types; the binding has no word for it. */
const TF_BFLOAT16 = 14;

type BiasedConvolution = Parameters<Ops<TensorflowArray>['conv2dBias']>;

export class TensorflowOps extends Ops<TensorflowArray> {
  readonly #binding: TensorflowBinding;
  readonly #threads: number;
  readonly #types: Readonly<Record<Precision, number>>;
  readonly #format: Attribute;
  /** Types in which a convolution takes its bias and ReLU with it. */
  readonly #fuses: ReadonlySet<number>;

  /** @param threads for what is computed outside of TensorFlow */
  constructor(binding: TensorflowBinding, threads: number) {
    super();
    this.#binding = binding;
    this.#threads = threads;
    this.#types = { float32: binding.TF_FLOAT, bfloat16: TF_BFLOAT16 };
    this.#format = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
    this.#fuses = new Set(Object.values(this.#types).filter((type) => this.#canFuse(type)));
  }

  /** A processor without the instructions computes bfloat16 too, slowly. */
  supports(): boolean {
    return true;
  }

  upload(shape: readonly number[], data: Float32Array): TensorflowArray {
    const { TF_FLOAT } = this.#binding;
    return { shape, dtype: TF_FLOAT, id: this.#binding.createTensor(shape, TF_FLOAT, data) };
  }

  /** The binding lends an array of ours to TensorFlow, so what is changed in place is a copy. */
  override uploadLearnt(shape: readonly number[], data: Float32Array): TensorflowArray {
    const lent = this.upload(shape, data);
    return this.replace(lent, this.scale(lent, 1));
  }

  override momentumStep(
    learnt: Learnt<TensorflowArray>,
    gradient: TensorflowArray,
    factors: MomentumFactors,
  ): Learnt<TensorflowArray> {
    if (this.#binding.isUsingGpuDevice()) return super.momentumStep(learnt, gradient, factors);
    const [weight, velocity] = [learnt.weight.id, learnt.velocity.id];
    const numbers = [factors.momentum, factors.gradient, factors.weight] as const;
    this.#binding.momentumStep(weight, velocity, gradient.id, ...numbers, this.#threads);
    this.free(gradient);
    return learnt;
  }

  cast(x: TensorflowArray, precision: Precision): TensorflowArray {
    const attributes = [
      this.#type('SrcT', x.dtype),
      this.#type('DstT', this.#types[precision]),
      this.#flag('Truncate', false),
    ];
    return this.#run('Cast', attributes, [x.id]);
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
    return this.#run('Conv2D', this.#convolution(x, padding), [x.id, filter.id]);
  }

  override conv2dBias(...[x, filter, bias, padding]: BiasedConvolution): TensorflowArray {
    if (!this.#fuses.has(x.dtype)) return super.conv2dBias(x, filter, bias, padding);
    return this.#fused([x, filter, bias], padding, ['BiasAdd']);
  }

  override conv2dBiasRelu(...[x, filter, bias, padding]: BiasedConvolution): TensorflowArray {
    if (!this.#fuses.has(x.dtype)) return super.conv2dBiasRelu(x, filter, bias, padding);
    return this.#fused([x, filter, bias], padding, ['BiasAdd', 'Relu']);
  }

  conv2dInputGrad(
    inputShape: readonly number[],
    filter: TensorflowArray,
    dy: TensorflowArray,
    padding: Padding,
  ): TensorflowArray {
    return this.#withShape(inputShape, (sizes) =>
      this.#run('Conv2DBackpropInput', this.#convolution(dy, padding), [sizes, filter.id, dy.id]),
    );
  }

  conv2dFilterGrad(
    x: TensorflowArray,
    filterShape: readonly number[],
    dy: TensorflowArray,
    padding: Padding,
  ): TensorflowArray {
    return this.#withShape(filterShape, (sizes) =>
      this.#run('Conv2DBackpropFilter', this.#convolution(dy, padding), [x.id, sizes, dy.id]),
    );
  }

  biasAdd(x: TensorflowArray, bias: TensorflowArray): TensorflowArray {
    return this.#run('BiasAdd', [this.#of(x), this.#format], [x.id, bias.id]);
  }

  /**
   * In bfloat16 as a product with ones, which sums in float32: TensorFlow's own sum (BiasAddGrad, 2.21) stands still once
   * it is 256 times what comes in, and was wrong by 97% over 8 images of 224 x 224.
   */
  biasGrad(dy: TensorflowArray): TensorflowArray {
    if (dy.dtype !== TF_BFLOAT16) return this.#run('BiasAddGrad', [this.#of(dy), this.#format], [dy.id]);
    const channels = dy.shape.at(-1)!;
    const rows = this.reshape(dy, [dy.shape.slice(0, -1).reduce((a, b) => a * b, 1), channels]);
    const ones = this.#ones([1, rows.shape[0]!]);
    const sums = this.matMul(ones, rows, false, false);
    this.free(rows);
    this.free(ones);
    return this.replace(sums, this.reshape(sums, [channels]));
  }

  relu(x: TensorflowArray): TensorflowArray {
    return this.#run('Relu', [this.#of(x)], [x.id]);
  }

  reluGrad(dy: TensorflowArray, y: TensorflowArray): TensorflowArray {
    return this.#run('ReluGrad', [this.#of(dy)], [dy.id, y.id]);
  }

  maxPool(x: TensorflowArray, pooling: Pooling): TensorflowArray {
    return this.#run('MaxPool', this.#pool(x, pooling), [x.id]);
  }

  maxPoolGrad(
    x: TensorflowArray,
    y: TensorflowArray,
    dy: TensorflowArray,
    pooling: Pooling,
  ): TensorflowArray {
    return this.#run('MaxPoolGrad', this.#pool(x, pooling), [x.id, y.id, dy.id]);
  }

  lrn(x: TensorflowArray, settings: LrnSettings): TensorflowArray {
    return this.#inFloat32([x], ([exact]) => this.#run('LRN', this.#lrn(settings), [exact!.id]));
  }

  lrnGrad(
    x: TensorflowArray,
    y: TensorflowArray,
    dy: TensorflowArray,
    settings: LrnSettings,
  ): TensorflowArray {
    return this.#inFloat32([dy, x, y], (exact) =>
      this.#run(
        'LRNGrad',
        this.#lrn(settings),
        exact.map(({ id }) => id),
      ),
    );
  }

  matMul(a: TensorflowArray, b: TensorflowArray, transposeA: boolean, transposeB: boolean): TensorflowArray {
    const attributes = [
      this.#of(a),
      this.#flag('transpose_a', transposeA),
      this.#flag('transpose_b', transposeB),
    ];
    return this.#run('MatMul', attributes, [a.id, b.id]);
  }

  reshape(x: TensorflowArray, shape: readonly number[]): TensorflowArray {
    const attributes = [this.#of(x), this.#type('Tshape', this.#binding.TF_INT32)];
    return this.#withShape(shape, (sizes) => this.#run('Reshape', attributes, [x.id, sizes]));
  }

  add(a: TensorflowArray, b: TensorflowArray): TensorflowArray {
    return this.#run('AddV2', [this.#of(a)], [a.id, b.id]);
  }

  multiply(a: TensorflowArray, b: TensorflowArray): TensorflowArray {
    return this.#run('Mul', [this.#of(a)], [a.id, b.id]);
  }

  scale(a: TensorflowArray, factor: number): TensorflowArray {
    const float32 = this.upload([], Float32Array.of(factor));
    const scalar = a.dtype === TF_BFLOAT16 ? this.replace(float32, this.cast(float32, 'bfloat16')) : float32;
    const result = this.multiply(a, scalar);
    this.free(scalar);
    return result;
  }

  softmaxCrossEntropy(logits: TensorflowArray, labels: Int32Array) {
    const labelId = this.#binding.createTensor([labels.length], this.#binding.TF_INT32, labels);
    const attributes = [this.#of(logits), this.#type('Tlabels', this.#binding.TF_INT32)];
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
    const { TF_ATTR_TYPE, TF_ATTR_STRING, TF_ATTR_INT, TF_ATTR_FLOAT } = this.#binding;
    const attributes: readonly Attribute[] = [
      ...this.#convolution(inputs[0]!, padding),
      { name: '_kernel', type: TF_ATTR_STRING, value: 'MklNameChangeOp' },
      { name: 'fused_ops', type: TF_ATTR_STRING, value: ops },
      // A list of one type.
      { name: 'TArgs', type: TF_ATTR_TYPE, value: [inputs[0]!.dtype] },
      { name: 'num_args', type: TF_ATTR_INT, value: 1 },
      { name: 'num_host_args', type: TF_ATTR_INT, value: 0 },
      { name: 'epsilon', type: TF_ATTR_FLOAT, value: 0 },
      { name: 'leakyrelu_alpha', type: TF_ATTR_FLOAT, value: 0 },
    ];
    const ids = inputs.map(({ id }) => id);
    return this.#run('_MklNativeFusedConv2D', attributes, ids);
  }

  /** Libraries without oneDNN do not have it; one in which oneDNN is switched off would compute with it nevertheless. */
  #canFuse(type: number): boolean {
    if (this.#binding.isUsingGpuDevice() || isOff(process.env['TF_ENABLE_ONEDNN_OPTS'])) return false;
    const precision = type === TF_BFLOAT16 ? 'bfloat16' : 'float32';
    const zeros = [[1, 1, 1, 1], [1, 1, 1, 1], [1]].map((shape) => {
      const zero = this.upload(shape, Float32Array.of(0));
      return this.replace(zero, this.cast(zero, precision));
    });
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

  /** For operations that have no other: `use` gets float32, and what it makes is cast back. */
  #inFloat32(
    arrays: readonly TensorflowArray[],
    use: (exact: readonly TensorflowArray[]) => TensorflowArray,
  ): TensorflowArray {
    if (arrays[0]!.dtype !== TF_BFLOAT16) return use(arrays);
    const exact = arrays.map((array) => this.cast(array, 'float32'));
    const result = use(exact);
    for (const array of exact) this.free(array);
    return this.replace(result, this.cast(result, 'bfloat16'));
  }

  /** In bfloat16. */
  #ones(shape: readonly number[]): TensorflowArray {
    const float32 = this.upload([], Float32Array.of(1));
    const one = this.replace(float32, this.cast(float32, 'bfloat16'));
    const attributes = [this.#of(one), this.#type('index_type', this.#binding.TF_INT32)];
    const ones = this.#withShape(shape, (sizes) => this.#run('Fill', attributes, [sizes, one.id]));
    this.free(one);
    return ones;
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

  #convolution(x: TensorflowArray, padding: Padding): readonly Attribute[] {
    return [
      this.#of(x),
      this.#format,
      this.#padding(padding === 'same'),
      this.#integers('strides', [1, 1, 1, 1]),
      this.#integers('dilations', [1, 1, 1, 1]),
      this.#integers('explicit_paddings', []),
      this.#flag('use_cudnn_on_gpu', true),
    ];
  }

  /** TensorFlow's SAME padding of a 2x2 pool of stride 2 is Caffe's rounding up; VALID rounds down. */
  #pool(x: TensorflowArray, pooling: Pooling): readonly Attribute[] {
    return [
      this.#of(x),
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
      this.#type('T', this.#binding.TF_FLOAT),
      { name: 'depth_radius', type: this.#binding.TF_ATTR_INT, value: depthRadius },
      number('bias', bias),
      number('alpha', alpha),
      number('beta', beta),
    ];
  }

  #padding(same: boolean): Attribute {
    return { name: 'padding', type: this.#binding.TF_ATTR_STRING, value: same ? 'SAME' : 'VALID' };
  }

  /** The type of an array, as that of an operation on it. */
  #of({ dtype }: TensorflowArray): Attribute {
    return this.#type('T', dtype);
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
