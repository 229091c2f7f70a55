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
import type { Cluster } from '../../util/share.js';
import { TensorflowAttributes } from './tensorflow-attributes.js';
import type { Attribute, TensorflowBinding } from './tensorflow-binding.js';
import { TensorflowCollectives } from './tensorflow-collectives.js';
import { TensorflowRandom } from './tensorflow-random.js';

interface TensorflowArray extends DeviceArray {
  readonly id: number;
  readonly dtype: number;
}

/** Of all windows of a map: with more, a convolution is as fast. */
const MAX_WINDOW_BYTES = 128 * 2 ** 20;

/** Of TensorFlow's types; the binding has no word for it. */
const TF_BFLOAT16 = 14;

type BiasedConvolution = Parameters<Ops<TensorflowArray>['conv2dBias']>;

export class TensorflowOps extends Ops<TensorflowArray> {
  readonly #binding: TensorflowBinding;
  readonly #threads: number;
  readonly #types: Readonly<Record<Precision, number>>;
  readonly #attributes: TensorflowAttributes;
  /** Types in which a convolution takes its bias and ReLU with it. */
  readonly #fuses: ReadonlySet<number>;
  readonly #random: TensorflowRandom;
  readonly #collectives: TensorflowCollectives | undefined;

  /** @param threads for what is computed outside of TensorFlow @param cluster that the binding has joined */
  constructor(binding: TensorflowBinding, threads: number, cluster?: Cluster) {
    super();
    this.#binding = binding;
    this.#threads = threads;
    this.#types = { float32: binding.TF_FLOAT, bfloat16: TF_BFLOAT16 };
    this.#attributes = new TensorflowAttributes(binding);
    this.#random = new TensorflowRandom(binding, this.#attributes);
    this.#collectives = cluster && new TensorflowCollectives(binding, this.#attributes, cluster);
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

  override dropoutMask(...mask: Parameters<Ops<TensorflowArray>['dropoutMask']>): TensorflowArray {
    return this.#random.canMask(mask[1]) ? this.#random.mask(...mask) : super.dropoutMask(...mask);
  }

  override sumOverWorkers(arrays: readonly TensorflowArray[]): readonly TensorflowArray[] {
    return this.#collectives ? this.#collectives.sum(arrays) : arrays;
  }

  cast(x: TensorflowArray, precision: Precision): TensorflowArray {
    const attributes = [
      this.#attributes.type('SrcT', x.dtype),
      this.#attributes.type('DstT', this.#types[precision]),
      this.#attributes.flag('Truncate', false),
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
    return this.#run('Conv2D', this.#attributes.convolution(x, padding), [x.id, filter.id]);
  }

  override conv2dBias(...[x, filter, bias, padding]: BiasedConvolution): TensorflowArray {
    if (!this.#fuses.has(x.dtype)) return super.conv2dBias(x, filter, bias, padding);
    return this.#fused([x, filter, bias], padding, ['BiasAdd']);
  }

  override conv2dBiasRelu(...[x, filter, bias, padding]: BiasedConvolution): TensorflowArray {
    if (!this.#fuses.has(x.dtype)) return super.conv2dBiasRelu(x, filter, bias, padding);
    return this.#fused([x, filter, bias], padding, ['BiasAdd', 'Relu']);
  }

  /**
   * As one matrix product of all windows: oneDNN's convolution with a filter as large as the map takes four times as long
   * for few places, whose time is that of reading the filter.
   */
  override fullyConnectedMap(
    ...[x, filter, bias]: Parameters<Ops<TensorflowArray>['fullyConnectedMap']>
  ): TensorflowArray {
    const [count, height, width] = x.shape as [number, number, number];
    const [filterHeight, filterWidth, channels, units] = filter.shape as [number, number, number, number];
    const [rows, columns] = [height - filterHeight + 1, width - filterWidth + 1];
    const inputs = filterHeight * filterWidth * channels;
    const windowBytes = 4 * count * rows * columns * inputs;
    if (this.#binding.isUsingGpuDevice() || windowBytes > MAX_WINDOW_BYTES)
      return super.fullyConnectedMap(x, filter, bias);
    const windows = this.#windows(x, filterHeight, filterWidth);
    const matrix = this.replace(windows, this.reshape(windows, [count * rows * columns, inputs]));
    const weights = this.reshape(filter, [inputs, units]);
    const products = this.matMul(matrix, weights, false, false);
    this.free(matrix);
    this.free(weights);
    const biased = this.replace(products, this.biasAdd(products, bias));
    return this.replace(biased, this.reshape(biased, [count, rows, columns, units]));
  }

  conv2dInputGrad(
    inputShape: readonly number[],
    filter: TensorflowArray,
    dy: TensorflowArray,
    padding: Padding,
  ): TensorflowArray {
    return this.#withShape(inputShape, (sizes) =>
      this.#run('Conv2DBackpropInput', this.#attributes.convolution(dy, padding), [sizes, filter.id, dy.id]),
    );
  }

  conv2dFilterGrad(
    x: TensorflowArray,
    filterShape: readonly number[],
    dy: TensorflowArray,
    padding: Padding,
  ): TensorflowArray {
    return this.#withShape(filterShape, (sizes) =>
      this.#run('Conv2DBackpropFilter', this.#attributes.convolution(dy, padding), [x.id, sizes, dy.id]),
    );
  }

  biasAdd(x: TensorflowArray, bias: TensorflowArray): TensorflowArray {
    return this.#run('BiasAdd', [this.#attributes.of(x), this.#attributes.format], [x.id, bias.id]);
  }

  /**
   * In bfloat16 as a product with ones, which sums in float32: TensorFlow's own sum (BiasAddGrad, 2.21) stands still once
   * it is 256 times what comes in, and was wrong by 97% over 8 images of 224 x 224.
   */
  biasGrad(dy: TensorflowArray): TensorflowArray {
    if (dy.dtype !== TF_BFLOAT16)
      return this.#run('BiasAddGrad', [this.#attributes.of(dy), this.#attributes.format], [dy.id]);
    const channels = dy.shape.at(-1)!;
    const rows = this.reshape(dy, [dy.shape.slice(0, -1).reduce((a, b) => a * b, 1), channels]);
    const ones = this.#ones([1, rows.shape[0]!]);
    const sums = this.matMul(ones, rows, false, false);
    this.free(rows);
    this.free(ones);
    return this.replace(sums, this.reshape(sums, [channels]));
  }

  relu(x: TensorflowArray): TensorflowArray {
    return this.#run('Relu', [this.#attributes.of(x)], [x.id]);
  }

  reluGrad(dy: TensorflowArray, y: TensorflowArray): TensorflowArray {
    return this.#run('ReluGrad', [this.#attributes.of(dy)], [dy.id, y.id]);
  }

  maxPool(x: TensorflowArray, pooling: Pooling): TensorflowArray {
    return this.#run('MaxPool', this.#attributes.pool(x, pooling), [x.id]);
  }

  maxPoolGrad(
    x: TensorflowArray,
    y: TensorflowArray,
    dy: TensorflowArray,
    pooling: Pooling,
  ): TensorflowArray {
    return this.#run('MaxPoolGrad', this.#attributes.pool(x, pooling), [x.id, y.id, dy.id]);
  }

  lrn(x: TensorflowArray, settings: LrnSettings): TensorflowArray {
    return this.#inFloat32([x], ([exact]) => this.#run('LRN', this.#attributes.lrn(settings), [exact!.id]));
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
        this.#attributes.lrn(settings),
        exact.map(({ id }) => id),
      ),
    );
  }

  matMul(a: TensorflowArray, b: TensorflowArray, transposeA: boolean, transposeB: boolean): TensorflowArray {
    const attributes = [
      this.#attributes.of(a),
      this.#attributes.flag('transpose_a', transposeA),
      this.#attributes.flag('transpose_b', transposeB),
    ];
    return this.#run('MatMul', attributes, [a.id, b.id]);
  }

  reshape(x: TensorflowArray, shape: readonly number[]): TensorflowArray {
    const attributes = [this.#attributes.of(x), this.#attributes.type('Tshape', this.#binding.TF_INT32)];
    return this.#withShape(shape, (sizes) => this.#run('Reshape', attributes, [x.id, sizes]));
  }

  add(a: TensorflowArray, b: TensorflowArray): TensorflowArray {
    return this.#run('AddV2', [this.#attributes.of(a)], [a.id, b.id]);
  }

  multiply(a: TensorflowArray, b: TensorflowArray): TensorflowArray {
    return this.#run('Mul', [this.#attributes.of(a)], [a.id, b.id]);
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
    const attributes = [
      this.#attributes.of(logits),
      this.#attributes.type('Tlabels', this.#binding.TF_INT32),
    ];
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
      ...this.#attributes.convolution(inputs[0]!, padding),
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

  /** Each place's window as a row of channels, by row and column of the window: [count, rows, columns, inputs]. */
  #windows(x: TensorflowArray, height: number, width: number): TensorflowArray {
    const attributes = [
      this.#attributes.of(x),
      this.#attributes.padding(false),
      this.#attributes.integers('ksizes', [1, height, width, 1]),
      this.#attributes.integers('strides', [1, 1, 1, 1]),
      this.#attributes.integers('rates', [1, 1, 1, 1]),
    ];
    return this.#run('ExtractImagePatches', attributes, [x.id]);
  }

  /** In bfloat16. */
  #ones(shape: readonly number[]): TensorflowArray {
    const float32 = this.upload([], Float32Array.of(1));
    const one = this.replace(float32, this.cast(float32, 'bfloat16'));
    const attributes = [
      this.#attributes.of(one),
      this.#attributes.type('index_type', this.#binding.TF_INT32),
    ];
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
}

/** As TensorFlow reads a switch of its environment. */
function isOff(value: string | undefined): boolean {
  return value === '0' || value?.toLowerCase() === 'false';
}
