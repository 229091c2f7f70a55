/** For packages that bring kinds of their own: `import { definePlugin } from 'stagecraft/plugin'`. */
export {
  definePlugin,
  type Plugin,
  type PluginDataset,
  type PluginLayer,
  type PluginMetric,
  type PluginStage,
  type StageServices,
} from './plugins/plugin.js';
export { Type, type Static } from './util/type.js';
export { Reference, Scale, Scales, Strict } from './spec/schema.js';
export type { DatasetSchema, MetricSchema, StageSchema } from './spec/schema.js';
export { checkedScale } from './plan/checked-scale.js';
export { meanDraft } from './plan/mean-draft.js';
export type { Cost, ExpandContext, StageDefinition, TaskDraft } from './plan/definition.js';
export { breathe, sourceOf, Stage, TaskError } from './run/stage.js';
export type { ArtifactReader, ArtifactWriter, StageTask, TaskReporter } from './run/stage.js';
export type { Metric, Outcomes } from './run/metric.js';
export { Dataset, DatasetError } from './data/dataset.js';
export type { DatasetSource, ImageEntry, Listing, Split } from './data/dataset.js';
export { readScores, writeScores, type Scores } from './nn/scores.js';
export type * from './nn/layer-kind.js';
export { scaled } from './nn/layer-kind.js';
export { normals, streamKey } from './util/random.js';
