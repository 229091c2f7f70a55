/** Every kind that there is: ours, and those of the plugins that a spec lists. */
import { LayerKinds, BUILT_IN_LAYER_KINDS } from '../nn/layer-kinds.js';
import { SHORT_LAYER_FORM, SHORT_LAYER_PATTERN } from '../nn/layer-spec.js';
import { NET_NAMES } from '../nn/nets.js';
import type { StageDefinition } from '../plan/definition.js';
import { DATASET_SCHEMAS } from '../spec/dataset-schemas.js';
import { paperTable } from '../spec/paper-table.js';
import type { MetricSchema, Vocabulary } from '../spec/schema.js';
import { schemasOf } from '../spec/validate.js';
import { schemaProblem } from '../util/validator.js';
import type { Plugin } from './plugin.js';

export interface BuiltInKinds {
  readonly definitions: readonly StageDefinition[];
  readonly metrics: readonly MetricSchema[];
}

/** What the parent process needs to know of all kinds. */
export interface Kinds {
  readonly definitions: readonly StageDefinition[];
  readonly vocabulary: Vocabulary;
}

export function kindsWith(builtIn: BuiltInKinds, plugins: readonly Plugin[]): Kinds {
  const definitions = [
    ...builtIn.definitions,
    ...plugins.flatMap(({ name, stages = [] }) =>
      stages.map(({ definition }) => versioned(definition, versionIn(name, definition))),
    ),
  ];
  return {
    definitions,
    vocabulary: {
      stages: definitions,
      datasets: [
        ...DATASET_SCHEMAS,
        ...plugins.flatMap(({ name, datasets = [] }) =>
          datasets.map(({ schema }) => ({
            ...schema,
            version: versionIn(name, { version: schema.version ?? '1' }),
          })),
        ),
      ],
      metrics: [
        ...builtIn.metrics,
        ...plugins.flatMap(({ name: plugin, metrics = [] }) =>
          metrics.map((metric) => ({ ...metric, version: versionIn(plugin, metric) })),
        ),
      ],
      layers: [
        ...BUILT_IN_LAYER_KINDS,
        ...plugins.flatMap(({ name, layers = [] }) =>
          layers.map(({ kind, description, schema, version }) => ({
            ...{ kind, description, schema },
            version: versionIn(name, { version }),
          })),
        ),
      ],
      shortLayers: { pattern: SHORT_LAYER_PATTERN, form: SHORT_LAYER_FORM },
      nets: NET_NAMES,
    },
  };
}

/** A definition may be of a class, whose methods a copy of its own keys would lose. */
function versioned(definition: StageDefinition, version: string): StageDefinition {
  return Object.create(definition, {
    version: { value: version },
    isOfPlugin: { value: true },
  }) as StageDefinition;
}

/** Part of recipes, so that two plugins with kinds of one name do not share results: `stagecraft-noise 1`. */
function versionIn(plugin: string, { version }: { readonly version: string }): string {
  return `${plugin} ${version}`;
}

/** All schemas that come with us. */
export function shippedSchemas(builtIn: BuiltInKinds): readonly object[] {
  return [
    ...schemasOf(kindsWith(builtIn, []).vocabulary),
    ...BUILT_IN_LAYER_KINDS.map(({ schema }) => schema),
    paperTable,
  ];
}

/** What is wrong with the schemas of a plugin among ours: what is right alone may not be so as one of several. */
export function schemasProblem(builtIn: BuiltInKinds, plugin: Plugin): string | undefined {
  const [whole] = schemasOf(kindsWith(builtIn, [plugin]).vocabulary);
  const [, ...stages] = schemasOf(kindsWith({ definitions: [], metrics: [] }, [plugin]).vocabulary);
  for (const schema of [whole!, ...stages]) {
    const problem = schemaProblem(schema);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

export function layerKindsWith(plugins: readonly Plugin[]): LayerKinds {
  return new LayerKinds([...BUILT_IN_LAYER_KINDS, ...plugins.flatMap(({ layers = [] }) => layers)]);
}

/** The first kind of a plugin that exists already, e.g. `the stage kind "train"`. */
export function clash(plugin: Plugin, { vocabulary }: Kinds): string | undefined {
  const taken = [
    ['stage', vocabulary.stages.map(({ kind }) => kind), plugin.stages?.map((s) => s.definition.kind)],
    ['image set', vocabulary.datasets.map(({ kind }) => kind), plugin.datasets?.map((d) => d.schema.kind)],
    ['metric', vocabulary.metrics.map(({ name }) => name), plugin.metrics?.map((m) => m.name)],
    ['layer', vocabulary.layers.map(({ kind }) => kind), plugin.layers?.map((l) => l.kind)],
  ] as const;
  for (const [sort, names, mine] of taken) {
    const twice = mine?.find((name, i) => names.includes(name) || mine.indexOf(name) < i);
    if (twice !== undefined) return `the ${sort} kind "${twice}"`;
  }
  return undefined;
}
