/** The composition root of a worker: the one stage that a task needs, with what it works on. */
import { Container, type ContainerModule } from 'inversify';
import { dataModule } from './data/module.js';
import { Engine } from './nn/engine.js';
import type { Environment } from './plan/execution.js';
import { Stage } from './run/stage.js';
import { type Files, TaskHost } from './run/task-host.js';
import { DirectoryReader, DirectoryWriter } from './stores/artifact-files.js';
import { Disk } from './util/disk.js';
import { NodeDisk } from './util/node-disk.js';

/** By kind; a stage's code is loaded when its first task comes. */
export const STAGE_MODULES: Readonly<Record<string, () => Promise<ContainerModule>>> = {
  index: async () => (await import('./stages/index/module.js')).indexModule,
  augment: async () => (await import('./stages/augment/module.js')).augmentModule,
  train: async () => (await import('./stages/train/module.js')).trainModule,
  evaluate: async () => (await import('./stages/evaluate/module.js')).evaluateModule,
  table: async () => (await import('./stages/table/module.js')).tableModule,
};

export interface WorkerServices {
  /** Absent for tasks that use no net. */
  readonly engine: Engine | undefined;
  readonly environment: Environment;
}

/** @param kind of the task's stage */
export async function createWorkerContainer(
  kind: string,
  { engine, environment }: WorkerServices,
): Promise<Container> {
  const stageModule = STAGE_MODULES[kind];
  if (!stageModule) throw new Error(`Internal error: no stage of kind "${kind}"`);
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(dataModule, await stageModule());
  if (engine) container.bind(Engine).toConstantValue(engine);
  container.bind(Disk).toResolvedValue(() => new NodeDisk(), []);
  container
    .bind(TaskHost)
    .toResolvedValue(
      (stages: Stage[], disk: Disk) => new TaskHost(stages, filesOn(disk), environment),
      [{ serviceIdentifier: Stage, isMultiple: true }, Disk],
    );
  return container;
}

function filesOn(disk: Disk): Files {
  return {
    reader: (directory, execution) => new DirectoryReader(disk, directory, execution),
    writer: (directory) => new DirectoryWriter(disk, directory),
  };
}
