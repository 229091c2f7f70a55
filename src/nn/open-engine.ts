/** Opens a backend. Only here and in `nn/ops/` is `@tensorflow/*` imported, and only when it is asked for. */
import { unreachable } from '../util/unreachable.js';
import { UserError } from '../util/user-error.js';
import type { Backend, Engine, EngineDescription } from './engine.js';
import type { Ops } from './ops.js';
import { OpsEngine } from './ops-engine.js';
import { ALONE, type Cluster } from '../util/share.js';

/** What to open; `binding` is the compiled binding that set-up left, needed for `tensorflow` only. */
export interface EngineChoice {
  readonly backend: Backend;
  readonly binding?: string;
  /** Threads inside one operation; TensorFlow reads them from its environment when it is loaded. */
  readonly threads: number;
  /** The workers that it trains with, `tensorflow` only. */
  readonly cluster?: Cluster;
}

/** The operations of a backend, and what it is. */
export interface OpenedOps {
  readonly ops: Ops;
  readonly description: EngineDescription;
}

/**
 * @throws if the backend cannot be loaded
 */
export async function openEngine(choice: EngineChoice): Promise<Engine> {
  const { ops, description } = await openOps(choice);
  return new OpsEngine(ops, description, choice.cluster ?? ALONE);
}

/**
 * @throws if the backend cannot be loaded
 * @throws UserError for workers of a backend that has no collective operations
 */
export async function openOps({ backend, binding, threads, cluster }: EngineChoice): Promise<OpenedOps> {
  if (cluster && backend !== 'tensorflow')
    throw new UserError(
      `The ${backend} backend trains with one worker: say workers: 1, or use the backend tensorflow.`,
    );
  switch (backend) {
    case 'tensorflow': {
      if (binding === undefined) throw new Error('Internal error: the tensorflow backend needs its binding');
      const { loadTensorflowBinding } = await import('./ops/tensorflow-binding.js');
      const { TensorflowOps } = await import('./ops/tensorflow-ops.js');
      const tensorflow = loadTensorflowBinding(binding, cluster);
      const device = tensorflow.isUsingGpuDevice() ? 'gpu' : 'cpu';
      const description = {
        backend,
        library: `TensorFlow ${tensorflow.TF_Version}`,
        device,
        threads,
        ...(cluster && { workers: cluster.workers }),
      } as const;
      return { ops: new TensorflowOps(tensorflow, threads, cluster), description };
    }
    case 'wasm':
    case 'cpu':
      return openTfjsOps(backend);
    default:
      return unreachable(backend);
  }
}

async function openTfjsOps(backend: 'wasm' | 'cpu'): Promise<OpenedOps> {
  const tf = await import('@tensorflow/tfjs-core');
  const implementation =
    backend === 'wasm'
      ? await import('@tensorflow/tfjs-backend-wasm')
      : await import('@tensorflow/tfjs-backend-cpu');
  const { TfjsOps } = await import('./ops/tfjs-ops.js');
  if (!(await tf.setBackend(backend))) throw new Error(`The ${backend} backend could not be started`);
  await tf.ready();
  const version = 'version_wasm' in implementation ? implementation.version_wasm : tf.version_core;
  const library = `tfjs-backend-${backend} ${version}`;
  return { ops: new TfjsOps(), description: { backend, library, device: 'cpu', threads: 1 } };
}
