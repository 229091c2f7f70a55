/** The composition root of the parent process. It never loads TensorFlow: workers do. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Container } from 'inversify';
import { dataModule } from './data/module.js';
import { LocalExecutor, type LocalExecutorOptions } from './executors/local-executor.js';
import type { WorkerSettings } from './executors/worker-protocol.js';
import type { Backend } from './nn/engine.js';
import { readInstallation } from './nn/installation.js';
import type { StageDefinition } from './plan/definition.js';
import { Executor } from './run/executor.js';
import { runModule } from './run/module.js';
import { RunsDirectory } from './run/runs-directory.js';
import { ArtifactStore } from './run/artifact-store.js';
import { Runner } from './run/runner.js';
import { Dataset } from './data/dataset.js';
import { Stagecraft } from './stagecraft.js';
import { augmentDefinition } from './stages/augment/definition.js';
import { evaluateDefinition } from './stages/evaluate/definition.js';
import { indexDefinition } from './stages/index/definition.js';
import { tableDefinition } from './stages/table/definition.js';
import { trainDefinition } from './stages/train/definition.js';
import { storesModule } from './stores/module.js';
import { trackersModule } from './trackers/module.js';
import { Disk } from './util/disk.js';
import { NodeDisk } from './util/node-disk.js';
import { UserError } from './util/user-error.js';

export const DEFINITIONS: readonly StageDefinition[] = [
  indexDefinition,
  augmentDefinition,
  trainDefinition,
  evaluateDefinition,
  tableDefinition,
] as readonly StageDefinition[];

export interface ContainerOptions {
  /** Absolute folder for results. */
  readonly runsDirectory: string;
  /** `auto`: TensorFlow where set-up has built it, else WebAssembly. */
  readonly backend: Backend | 'auto';
}

export function createContainer({ runsDirectory, backend }: ContainerOptions): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(RunsDirectory).toConstantValue(new RunsDirectory(runsDirectory));
  container.bind(Disk).toResolvedValue(() => new NodeDisk(), []);
  container.bind(Executor).toResolvedValue(() => new LocalExecutor(localWorkers(backend)), []);
  container.load(dataModule, storesModule, trackersModule, runModule);
  container
    .bind(Stagecraft)
    .toResolvedValue(
      (disk: Disk, dataset: Dataset, store: ArtifactStore, runner: Runner, runs: RunsDirectory) =>
        new Stagecraft({ definitions: DEFINITIONS, disk, dataset, store, runner, runs }),
      [Disk, Dataset, ArtifactStore, Runner, RunsDirectory],
    );
  return container;
}

export function createStagecraft(options: ContainerOptions): Stagecraft {
  return createContainer(options).get(Stagecraft);
}

/** One worker at a time: each uses all cores. */
export function localWorkers(backend: Backend | 'auto'): LocalExecutorOptions {
  const program = fileURLToPath(new URL('worker.js', import.meta.url));
  return { program, settings: workerSettings(backend), slots: 1 };
}

/** @throws UserError */
function threadsWanted(): number {
  const text = process.env['TF_NUM_INTRAOP_THREADS'];
  const threads = text === undefined ? availableParallelism() : Number(text);
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new UserError(`TF_NUM_INTRAOP_THREADS is "${text ?? ''}", but must be a whole number above 0.`);
}

function workerSettings(backend: Backend | 'auto'): WorkerSettings {
  const { backend: installed, binding, libraryPath = [], reason } = readInstallation();
  if (backend === 'tensorflow' && binding === undefined) {
    throw new UserError(`The tensorflow backend is not ready: ${reason ?? 'npm run setup'}`);
  }
  return {
    backend: backend === 'auto' ? installed : backend,
    ...(binding !== undefined && { binding }),
    threads: threadsWanted(),
    libraryPath,
  };
}
