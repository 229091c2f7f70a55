/** Sums over workers by TensorFlow's collective operations: all arrays in one reduction, which costs a few ms however little it is. */
import type { DeviceArray } from '../ops.js';
import { WorkerLost } from '../../util/worker-lost.js';
import type { Cluster } from '../../util/share.js';
import type { TensorflowAttributes } from './tensorflow-attributes.js';
import type { Attribute, TensorflowBinding } from './tensorflow-binding.js';

/** A float32 array. */
interface Float32DeviceArray extends DeviceArray {
  readonly id: number;
  readonly dtype: number;
}

/**
 * A worker that answers for as long nothing is gone. One that died is noticed at once, by its parent and mostly by its
 * connection.
 */
const TIMEOUT_SECONDS = 600;

/** All reductions are of the same workers. */
const GROUP = 1;

export class TensorflowCollectives {
  readonly #binding: TensorflowBinding;
  readonly #attributes: TensorflowAttributes;
  readonly #cluster: Cluster;
  /** Reductions so far; all workers make the same ones in the same order. */
  #count = 0;

  constructor(binding: TensorflowBinding, attributes: TensorflowAttributes, cluster: Cluster) {
    this.#binding = binding;
    this.#attributes = attributes;
    this.#cluster = cluster;
  }

  /**
   * Frees the arrays. The sums have the same bits on all workers.
   * @throws WorkerLost
   */
  sum(arrays: readonly Float32DeviceArray[]): readonly Float32DeviceArray[] {
    const sizes = arrays.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    const rows = arrays.map((array, i) => this.#reshaped(array, [sizes[i]!]));
    const sum = this.#reduced(this.#concatenated(rows));
    const parts = this.#split(sum, sizes);
    return parts.map((part, i) => this.#reshaped(part, arrays[i]!.shape));
  }

  #reduced(flat: Float32DeviceArray): Float32DeviceArray {
    const { TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_FLOAT } = this.#binding;
    const integer = (name: string, value: number) => ({ name, type: TF_ATTR_INT, value });
    const text = (name: string, value: string) => ({ name, type: TF_ATTR_STRING, value });
    const attributes = [
      this.#attributes.of(flat),
      integer('group_size', this.#cluster.workers),
      integer('group_key', GROUP),
      integer('instance_key', ++this.#count),
      text('merge_op', 'Add'),
      text('final_op', 'Id'),
      this.#attributes.integers('subdiv_offsets', [0]),
      this.#attributes.integers('wait_for', []),
      text('communication_hint', 'auto'),
      { name: 'timeout_seconds', type: TF_ATTR_FLOAT, value: TIMEOUT_SECONDS },
    ];
    try {
      return this.#run('CollectiveReduce', attributes, [flat], 1)[0]!;
    } catch (error) {
      throw new WorkerLost(`TensorFlow says: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    } finally {
      this.#binding.deleteTensor(flat.id);
    }
  }

  #concatenated(rows: readonly Float32DeviceArray[]): Float32DeviceArray {
    // TensorFlow joins two or more.
    if (rows.length === 1) return rows[0]!;
    const { TF_ATTR_INT, TF_INT32 } = this.#binding;
    const attributes = [
      this.#attributes.of(rows[0]!),
      { name: 'N', type: TF_ATTR_INT, value: rows.length },
      this.#attributes.type('Tidx', TF_INT32),
    ];
    const axis = this.#integers([], [0]);
    try {
      return this.#run('ConcatV2', attributes, [...rows, axis], 1)[0]!;
    } finally {
      for (const { id } of [...rows, axis]) this.#binding.deleteTensor(id);
    }
  }

  #split(flat: Float32DeviceArray, sizes: readonly number[]): readonly Float32DeviceArray[] {
    const { TF_ATTR_INT, TF_INT32 } = this.#binding;
    const attributes = [
      this.#attributes.of(flat),
      { name: 'num_split', type: TF_ATTR_INT, value: sizes.length },
      this.#attributes.type('Tlen', TF_INT32),
    ];
    const [lengths, axis] = [this.#integers([sizes.length], sizes), this.#integers([], [0])];
    try {
      return this.#run('SplitV', attributes, [flat, lengths, axis], sizes.length);
    } finally {
      for (const { id } of [flat, lengths, axis]) this.#binding.deleteTensor(id);
    }
  }

  /** In place of the array. */
  #reshaped(array: Float32DeviceArray, shape: readonly number[]): Float32DeviceArray {
    const sizes = this.#integers([shape.length], shape);
    const attributes = [this.#attributes.of(array), this.#attributes.type('Tshape', this.#binding.TF_INT32)];
    try {
      return this.#run('Reshape', attributes, [array, sizes], 1)[0]!;
    } finally {
      for (const { id } of [array, sizes]) this.#binding.deleteTensor(id);
    }
  }

  #integers(shape: readonly number[], values: readonly number[]): { readonly id: number } {
    return { id: this.#binding.createTensor(shape, this.#binding.TF_INT32, Int32Array.from(values)) };
  }

  #run(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly { readonly id: number }[],
    outputs: number,
  ): readonly Float32DeviceArray[] {
    const ids = inputs.map(({ id }) => id);
    return this.#binding.executeOp(op, attributes, ids, outputs);
  }
}
