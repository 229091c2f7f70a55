/** What a package of the user's brings: kinds of stages, image sets, metrics and layers, registered like ours. */
import type { Dataset } from '../data/dataset.js';
import type { Engine } from '../nn/engine.js';
import type { LayerKind, LayerObject } from '../nn/layer-kind.js';
import type { LayerKinds } from '../nn/layer-kinds.js';
import type { StageDefinition } from '../plan/definition.js';
import type { Metric } from '../run/metric.js';
import type { Stage } from '../run/stage.js';
import type { DatasetSchema } from '../spec/schema.js';

/** What a stage's work may use, in the worker. */
export interface StageServices {
  readonly dataset: Dataset;
  /** Absent for kinds that say `usesEngine: false`. */
  readonly engine: Engine | undefined;
  readonly layerKinds: LayerKinds;
}

export interface PluginStage {
  /** Read by the parent process when it plans; pure. */
  readonly definition: StageDefinition;
  /** Called in the worker; may load what is heavy. */
  create(services: StageServices): Stage | Promise<Stage>;
}

export interface PluginDataset {
  readonly schema: DatasetSchema;
  create(): Dataset;
}

export interface PluginLayer<P extends LayerObject = LayerObject> extends LayerKind<P> {
  /** Raised when the layer computes something else than before. */
  readonly version: string;
}

export interface PluginMetric extends Metric {
  /** Raised when it measures something else than before. */
  readonly version: string;
}

/** The default export of a plugin's module. It is loaded by the parent and by workers, so it does nothing by itself. */
export interface Plugin {
  /** The version of this interface. */
  readonly stagecraft: 1;
  /** Part of the recipes of what its kinds make: a plugin of another name shares no results with it. */
  readonly name: string;
  readonly stages?: readonly PluginStage[];
  readonly datasets?: readonly PluginDataset[];
  readonly metrics?: readonly PluginMetric[];
  readonly layers?: readonly PluginLayer[];
}

/** Checks the types of a plugin where it is written; returns it as it is. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
