/** Engines for tests: what is installed on this machine, and the two that always are. */
import { availableParallelism } from 'node:os';
import type { Backend, Engine } from '../../src/nn/engine.js';
import { readInstallation } from '../../src/nn/installation.js';
import { openEngine } from '../../src/nn/open-engine.js';

/** `tensorflow` stands in the list where set-up has built it. */
export function availableBackends(): readonly Backend[] {
  return readInstallation().backend === 'tensorflow' ? ['tensorflow', 'wasm', 'cpu'] : ['wasm', 'cpu'];
}

export async function engineOf(backend: Backend): Promise<Engine> {
  const { binding } = readInstallation();
  return openEngine({ backend, threads: availableParallelism(), ...(binding !== undefined && { binding }) });
}

/** The fastest one. */
export async function anyEngine(): Promise<Engine> {
  return engineOf(availableBackends()[0]!);
}
