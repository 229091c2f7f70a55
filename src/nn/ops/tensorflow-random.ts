/** Dropout masks by TensorFlow's own Philox generator, in the layout of ours: the same bits as in JavaScript, many times as fast. */
import type { PhiloxKey } from '../../util/philox.js';
import type { MaskPlace } from '../dropout.js';
import type { TensorflowAttributes } from './tensorflow-attributes.js';
import type { Attribute, TensorflowBinding } from './tensorflow-binding.js';

/** Of TensorFlow's types; the binding has no word for them. */
const [TF_BOOL, TF_UINT64] = [10, 23] as const;

/** `RNG_ALG_PHILOX`. */
const PHILOX = 1;

/** A uniform number is the low 23 bits of a word over 2^23. */
const STEPS = 2 ** 23;

type Made = ReturnType<TensorflowBinding['executeOp']>[number];

export class TensorflowRandom {
  readonly #binding: TensorflowBinding;
  readonly #attributes: TensorflowAttributes;

  constructor(binding: TensorflowBinding, attributes: TensorflowAttributes) {
    this.#binding = binding;
    this.#attributes = attributes;
  }

  /** Whether rows begin where blocks of four do, so that a mask is one stretch of the stream. */
  canMask([, units]: readonly [number, number]): boolean {
    return units % 4 === 0;
  }

  /** See {@link import('../dropout.js').dropoutMask}. */
  mask(
    key: PhiloxKey,
    shape: readonly [number, number],
    dropout: number,
    { step, layer, firstRow }: MaskPlace,
  ): Made {
    const { TF_FLOAT } = this.#binding;
    const keep = 1 - dropout;
    const first = (firstRow * shape[1]) / 4;
    const uniform = this.#uniform(shape, key, [first >>> 0, Math.floor(first / 2 ** 32), layer, step]);
    // In float32 as it is in float64: the smallest of the numbers that a draw can be which is not below `keep`.
    const kept = this.#withScalar(Math.ceil(keep * STEPS) / STEPS, (limit) =>
      this.#run('Less', [this.#attributes.of(uniform)], [uniform.id, limit]),
    );
    this.#binding.deleteTensor(uniform.id);
    const types = [this.#attributes.type('SrcT', TF_BOOL), this.#attributes.type('DstT', TF_FLOAT)];
    const ones = this.#run('Cast', [...types, this.#attributes.flag('Truncate', false)], [kept.id]);
    this.#binding.deleteTensor(kept.id);
    const mask = this.#withScalar(1 / keep, (factor) =>
      this.#run('Mul', [this.#attributes.of(ones)], [ones.id, factor]),
    );
    this.#binding.deleteTensor(ones.id);
    return mask;
  }

  /** @param counter 128 bits, lowest word first */
  #uniform(shape: readonly number[], key: PhiloxKey, counter: readonly number[]): Made {
    const { TF_FLOAT, TF_INT32 } = this.#binding;
    const inputs = [
      this.#integers([shape.length], shape),
      this.#longs(key),
      this.#longs(counter),
      this.#integers([], [PHILOX]),
    ];
    const attributes = [this.#attributes.type('dtype', TF_FLOAT), this.#attributes.type('Tshape', TF_INT32)];
    try {
      return this.#run('StatelessRandomUniformV2', attributes, inputs);
    } finally {
      for (const id of inputs) this.#binding.deleteTensor(id);
    }
  }

  /** Pairs of 32-bit words, the low one first, as unsigned numbers of 64 bits. */
  #longs(words: readonly number[]): number {
    const pairs = this.#integers([words.length / 2, 2], words);
    const types = [
      this.#attributes.type('T', this.#binding.TF_INT32),
      this.#attributes.type('type', TF_UINT64),
    ];
    const { id } = this.#run('Bitcast', types, [pairs]);
    this.#binding.deleteTensor(pairs);
    return id;
  }

  #integers(shape: readonly number[], values: readonly number[]): number {
    return this.#binding.createTensor(
      shape,
      this.#binding.TF_INT32,
      Int32Array.from(values, (value) => value | 0),
    );
  }

  #withScalar(value: number, use: (id: number) => Made): Made {
    const id = this.#binding.createTensor([], this.#binding.TF_FLOAT, Float32Array.of(value));
    try {
      return use(id);
    } finally {
      this.#binding.deleteTensor(id);
    }
  }

  #run(op: string, attributes: readonly Attribute[], inputs: readonly number[]): Made {
    return this.#binding.executeOp(op, attributes, inputs, 1)[0]!;
  }
}
