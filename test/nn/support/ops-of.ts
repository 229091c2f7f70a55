/** The device operations of a backend by themselves, for tests of single ones. */
import type { Backend } from '../../../src/nn/engine.js';
import { readInstallation } from '../../../src/nn/installation.js';
import type { Ops } from '../../../src/nn/ops.js';
import { TensorflowOps } from '../../../src/nn/ops/tensorflow-ops.js';
import { loadTensorflowBinding } from '../../../src/nn/ops/tensorflow-binding.js';
import { TfjsOps } from '../../../src/nn/ops/tfjs-ops.js';
import { engineOf } from '../../support/engines.js';

/** The arrays of one backend mean nothing to another. */
export async function opsOf(backend: Backend): Promise<Ops> {
  // Starts the backend.
  await engineOf(backend);
  const ops =
    backend === 'tensorflow'
      ? new TensorflowOps(loadTensorflowBinding(readInstallation().binding!), 2)
      : new TfjsOps();
  return ops;
}
