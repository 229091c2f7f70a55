/** The composition root of a worker: the one stage that a task needs, with what it works on. */
import { Container, type ContainerModule } from 'inversify';
import { Dataset } from './data/dataset.js';
import { builtInDatasets } from './data/datasets/built-in.js';
import type { DatasetsByKind } from './data/datasets/by-kind.js';
import { DecodedImages, MOST_DECODED_BYTES } from './image/decoded-images.js';
import { Engine } from './nn/engine.js';
import { LayerKinds } from './nn/layer-kinds.js';
import type { Environment } from './plan/execution.js';
import { layerKindsWith } from './plugins/kinds.js';
import type { Plugin } from './plugins/plugin.js';
import { Metrics } from './run/metric.js';
import { Stage } from './run/stage.js';
import { type Files, TaskHost } from './run/task-host.js';
import { TABLE_METRICS } from './stages/table/metrics.js';
import { DirectoryReader, DirectoryWriter } from './stores/artifact-files.js';
import { SavePointFiles } from './stores/save-point-files.js';
import { Disk } from './util/disk.js';
import { NodeDisk } from './util/node-disk.js';
import { PatientDisk } from './util/patient-disk.js';

/** By kind; a stage's code is loaded when its first task comes. */
export const STAGE_MODULES: Readonly<Record<string, () => Promise<ContainerModule>>> = {
  index: async () => (await import('./stages/index/module.js')).indexModule,
  augment: async () => (await import('./stages/augment/module.js')).augmentModule,
  'contact-sheet': async () => (await import('./stages/contact-sheet/module.js')).contactSheetModule,
  import: async () => (await import('./stages/import/module.js')).importModule,
  train: async () => (await import('./stages/train/module.js')).trainModule,
  evaluate: async () => (await import('./stages/evaluate/module.js')).evaluateModule,
  mean: async () => (await import('./stages/mean/module.js')).meanModule,
  'best-ensemble': async () => (await import('./stages/best-ensemble/module.js')).bestEnsembleModule,
  claims: async () => (await import('./stages/claims/module.js')).claimsModule,
  table: async () => (await import('./stages/table/module.js')).tableModule,
};

/** What a worker keeps from one task to the next. */
export interface WorkerMemory {
  readonly datasets: DatasetsByKind;
  readonly decoded: DecodedImages;
}

export function workerMemory(): WorkerMemory {
  return { datasets: builtInDatasets(), decoded: new DecodedImages(MOST_DECODED_BYTES) };
}

export interface WorkerServices extends WorkerMemory {
  /** Absent for tasks that use no net. */
  readonly engine: Engine | undefined;
  readonly environment: Environment;
  readonly plugins: readonly Plugin[];
  /** Whether it helps another worker, which alone writes. */
  readonly isHelper?: boolean;
}

/** @param kind of the task's stage */
export async function createWorkerContainer(
  kind: string,
  { engine, environment, plugins, datasets, decoded, isHelper = false }: WorkerServices,
): Promise<Container> {
  const container = new Container({ defaultScope: 'Singleton' });
  const dataset = datasets.with(plugins.flatMap(({ datasets = [] }) => datasets.map((d) => d.create())));
  const layerKinds = layerKindsWith(plugins);
  container.bind(Dataset).toConstantValue(dataset);
  container.bind(DecodedImages).toConstantValue(decoded);
  container.bind(LayerKinds).toConstantValue(layerKinds);
  container
    .bind(Metrics)
    .toConstantValue(new Metrics([...TABLE_METRICS, ...plugins.flatMap(({ metrics = [] }) => metrics)]));
  const own = plugins.flatMap(({ stages = [] }) => stages).find(({ definition }) => definition.kind === kind);
  if (own) container.bind(Stage).toConstantValue(await own.create({ dataset, engine, layerKinds }));
  else container.load(await stageModule(kind));
  if (engine) container.bind(Engine).toConstantValue(engine);
  container.bind(Disk).toResolvedValue(() => new PatientDisk(new NodeDisk()), []);
  container
    .bind(TaskHost)
    .toResolvedValue(
      (stages: Stage[], disk: Disk) =>
        new TaskHost(stages, isHelper ? helpersFiles(disk) : filesOn(disk), environment),
      [{ serviceIdentifier: Stage, isMultiple: true }, Disk],
    );
  return container;
}

async function stageModule(kind: string): Promise<ContainerModule> {
  const load = STAGE_MODULES[kind];
  if (!load) throw new Error(`Internal error: no stage of kind "${kind}"`);
  return load();
}

function filesOn(disk: Disk): Files {
  return {
    reader: (directory, execution) => new DirectoryReader(disk, directory, execution),
    writer: (directory) => new DirectoryWriter(disk, directory),
    savePoints: (places, environment) => new SavePointFiles(disk, places, environment),
  };
}

/** What is read is the same; what is written is the other worker's. */
function helpersFiles(disk: Disk): Files {
  const files = filesOn(disk);
  return {
    ...files,
    writer: () => ({ write: () => Promise.resolve() }),
    savePoints: (places, environment) => {
      const points = files.savePoints(places, environment);
      return { latest: () => points.latest(), isDue: () => false, save: () => Promise.resolve() };
    },
  };
}
