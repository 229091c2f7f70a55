/** The N-API binding of tfjs-node, as far as we call it: eager TensorFlow operations on array ids. */
import { createRequire } from 'node:module';
import type { Cluster } from '../../util/share.js';
import { serverDef } from './server-def.js';

export interface TensorflowBinding {
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly { readonly id: number; readonly shape: number[]; readonly dtype: number }[];
  getNumOfTensors(): number;
  /** Ours, `native/binding/momentum_step.h`: changes the first two arrays, which must be float32 in the host's memory. */
  momentumStep(
    weight: number,
    velocity: number,
    gradient: number,
    momentum: number,
    gradientFactor: number,
    weightFactor: number,
    threads: number,
  ): void;
  isUsingGpuDevice(): boolean;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_Version: string;
}

/** One attribute of an operation; `type` is one of the binding's `TF_ATTR_` constants. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[] | readonly string[];
}

/** Read by `native/binding/join_cluster.h`. */
const CLUSTER_VARIABLE = 'STAGECRAFT_SERVER_DEF';

/**
 * Loads the compiled binding, and TensorFlow's library with it (some 0.8 s).
 * @param file absolute path of `tfjs_binding.node`
 * @param cluster that the process joins: TensorFlow opens the port of its address, on all interfaces
 * @throws if the library is missing; on a CPU without AVX the process dies by SIGILL (set-up probes first)
 */
export function loadTensorflowBinding(file: string, cluster?: Cluster): TensorflowBinding {
  if (cluster) process.env[CLUSTER_VARIABLE] = Buffer.from(serverDef(cluster)).toString('hex');
  return createRequire(import.meta.url)(file) as TensorflowBinding;
}
