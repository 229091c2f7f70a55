/** The composition root of the parent process. It never loads TensorFlow: workers do. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Container } from 'inversify';
import { DatasetsByKind } from './data/datasets/by-kind.js';
import { dataModule } from './data/module.js';
import { LocalExecutor, type LocalExecutorOptions } from './executors/local-executor.js';
import type { WorkerSettings } from './executors/worker-protocol.js';
import type { Backend } from './nn/engine.js';
import { readInstallation } from './nn/installation.js';
import { Planner } from './planner.js';
import { type AllowedPlugins, SpecPlugins } from './plugins/spec-plugins.js';
import { ArtifactStore } from './run/artifact-store.js';
import { Executor } from './run/executor.js';
import { runModule } from './run/module.js';
import { Runner } from './run/runner.js';
import { RunsDirectory } from './run/runs-directory.js';
import { Stagecraft } from './stagecraft.js';
import { BUILT_IN_KINDS } from './stages/built-in.js';
import { storesModule } from './stores/module.js';
import { trackersModule } from './trackers/module.js';
import { Disk } from './util/disk.js';
import { NodeDisk } from './util/node-disk.js';
import { PatientDisk } from './util/patient-disk.js';
import { UserError } from './util/user-error.js';

export interface ContainerOptions {
  /** Absolute folder for results. */
  readonly runsDirectory: string;
  /** `auto`: TensorFlow where set-up has built it, else WebAssembly. */
  readonly backend: Backend | 'auto';
  /** Tasks at once, each in a worker with its part of the cores; 1 if left out. */
  readonly slots?: number;
  /** Plugins that specs may load; none if left out. */
  readonly allowedPlugins?: AllowedPlugins;
}

export function createContainer({
  runsDirectory,
  backend,
  slots = 1,
  allowedPlugins,
}: ContainerOptions): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(RunsDirectory).toConstantValue(new RunsDirectory(runsDirectory));
  container.bind(Disk).toResolvedValue(() => new PatientDisk(new NodeDisk()), []);
  container.bind(Executor).toResolvedValue(() => new LocalExecutor(localWorkers(backend, slots)), []);
  const allowed = allowedPlugins ?? { names: [], folder: runsDirectory };
  container.bind(SpecPlugins).toResolvedValue(() => new SpecPlugins(BUILT_IN_KINDS, allowed), []);
  container
    .bind(Planner)
    .toResolvedValue((disk: Disk, plugins: SpecPlugins) => new Planner(disk, plugins), [Disk, SpecPlugins]);
  container.load(dataModule, storesModule, trackersModule, runModule);
  container
    .bind(Stagecraft)
    .toResolvedValue(
      (...[disk, datasets, store, runner, runs, planner, executor]: Services) =>
        new Stagecraft({ disk, datasets, store, runner, runs, planner, executor }),
      [Disk, DatasetsByKind, ArtifactStore, Runner, RunsDirectory, Planner, Executor],
    );
  return container;
}

type Services = [Disk, DatasetsByKind, ArtifactStore, Runner, RunsDirectory, Planner, Executor];

export function createStagecraft(options: ContainerOptions): Stagecraft {
  return createContainer(options).get(Stagecraft);
}

/** One worker at a time uses all cores; several share them, which is faster where nets are small. */
export function localWorkers(backend: Backend | 'auto', slots = 1): LocalExecutorOptions {
  const program = fileURLToPath(new URL('worker.js', import.meta.url));
  return { program, settings: workerSettings(backend, slots), slots };
}

/** @throws UserError */
function threadsWanted(slots: number): number {
  const text = process.env['TF_NUM_INTRAOP_THREADS'];
  const share = Math.max(1, Math.floor(availableParallelism() / slots));
  const threads = text === undefined ? share : Number(text);
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new UserError(`TF_NUM_INTRAOP_THREADS is "${text ?? ''}", but must be a whole number above 0.`);
}

function workerSettings(backend: Backend | 'auto', slots: number): WorkerSettings {
  const { backend: installed, binding, libraryPath = [], reason } = readInstallation();
  if (backend === 'tensorflow' && binding === undefined) {
    throw new UserError(`The tensorflow backend is not ready: ${reason ?? 'npm run setup'}`);
  }
  return {
    backend: backend === 'auto' ? installed : backend,
    ...(binding !== undefined && { binding }),
    threads: threadsWanted(slots),
    libraryPath,
  };
}
