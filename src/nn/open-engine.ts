/** Opens a backend. Only here and in `nn/ops/` is `@tensorflow/*` imported, and only when it is asked for. */
import { unreachable } from '../util/unreachable.js';
import type { Backend, Engine } from './engine.js';
import { OpsEngine } from './ops-engine.js';

/** What to open; `binding` is the compiled binding that set-up left, needed for `tensorflow` only. */
export interface EngineChoice {
  readonly backend: Backend;
  readonly binding?: string;
  /** Threads inside one operation; TensorFlow reads them from its environment when it is loaded. */
  readonly threads: number;
}

/**
 * @throws if the backend cannot be loaded
 */
export async function openEngine({ backend, binding, threads }: EngineChoice): Promise<Engine> {
  switch (backend) {
    case 'tensorflow': {
      if (binding === undefined) throw new Error('Internal error: the tensorflow backend needs its binding');
      const { loadTensorflowBinding } = await import('./ops/tensorflow-binding.js');
      const { TensorflowOps } = await import('./ops/tensorflow-ops.js');
      const tensorflow = loadTensorflowBinding(binding);
      return new OpsEngine(new TensorflowOps(tensorflow, threads), {
        backend,
        library: `TensorFlow ${tensorflow.TF_Version}`,
        device: tensorflow.isUsingGpuDevice() ? 'gpu' : 'cpu',
        threads,
      });
    }
    case 'wasm':
    case 'cpu':
      return openTfjsEngine(backend);
    default:
      return unreachable(backend);
  }
}

async function openTfjsEngine(backend: 'wasm' | 'cpu'): Promise<Engine> {
  const tf = await import('@tensorflow/tfjs-core');
  const implementation =
    backend === 'wasm'
      ? await import('@tensorflow/tfjs-backend-wasm')
      : await import('@tensorflow/tfjs-backend-cpu');
  const { TfjsOps } = await import('./ops/tfjs-ops.js');
  if (!(await tf.setBackend(backend))) throw new Error(`The ${backend} backend could not be started`);
  await tf.ready();
  return new OpsEngine(new TfjsOps(), {
    backend,
    library: `tfjs-backend-${backend} ${'version_wasm' in implementation ? implementation.version_wasm : tf.version_core}`,
    device: 'cpu',
    threads: 1,
  });
}
