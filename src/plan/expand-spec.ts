/** What the sections of a spec besides its stages give to every kind: images, scales, nets. */
import type { ResolvedSpec, SpecData } from '../spec/load.js';
import { keysAt } from '../spec/located.js';
import { formatRange, parseRange } from '../spec/range.js';
import { realScale } from '../spec/scales.js';
import type { ScaleSpec } from '../spec/schema.js';
import type { DatasetIdentity, NetReference, Split, TaskDraft } from './definition.js';
import { pluginVersions } from './plugin-versions.js';

/** The kind that every stage which reads images implies. */
export const INDEX_KIND = 'index';

export class ExpandSpec {
  readonly #spec: ResolvedSpec;
  readonly #indexes = new Map<string, TaskDraft>();

  constructor(spec: ResolvedSpec) {
    this.#spec = spec;
  }

  get crop(): number {
    return this.#spec.values.scales.crop;
  }

  get workers(): number {
    const { workers } = this.#spec.values;
    return typeof workers === 'number' ? workers : workers.length;
  }

  realScale<S extends ScaleSpec>(paperPx: S): S {
    const { scales } = this.#spec.values;
    const range = parseRange(paperPx);
    if (!range) return realScale(scales, Number(paperPx)) as S;
    return formatRange({ min: realScale(scales, range.min), max: realScale(scales, range.max) }) as S;
  }

  /** Names of the sets under `datasets`. */
  datasetNames(): readonly string[] {
    return [...this.#spec.datasets.keys()];
  }

  /** @param dataset the name of a set under `datasets`; undefined for `data` */
  images(split: Split, dataset: string | undefined): TaskDraft {
    const key = `${split}/${dataset ?? ''}`;
    const known = this.#indexes.get(key);
    if (known) return known;
    const data = dataset === undefined ? this.#spec.data : this.#spec.datasets.get(dataset)!;
    const draft: TaskDraft = {
      kind: INDEX_KIND,
      parameters: {
        dataset: datasetIdentity(data),
        split,
        limit: this.#spec.values.limits[split] ?? null,
        ...(data.values.badImages === 'skip' && { badImages: 'skip' }),
      },
      inputs: {},
      labels: dataset === undefined ? { split } : { split, dataset },
    };
    this.#indexes.set(key, draft);
    return draft;
  }

  net(name: string): NetReference {
    const { nets = {} } = this.#spec.values;
    const layers = Object.hasOwn(nets, name) ? nets[name]?.layers : undefined;
    if (!layers) return { net: name };
    const used = new Set(layers.map((layer) => (layer as { readonly kind?: string }).kind));
    const kinds = this.#spec.validator.vocabulary.layers;
    const layerVersions = pluginVersions(
      kinds.map(({ kind, version }) => [kind, version] as const),
      used,
    );
    return { net: name, layers, ...(layerVersions && { layerVersions }) };
  }

  netNames(): readonly string[] {
    const { validator, tree } = this.#spec;
    return [...new Set([...validator.vocabulary.nets, ...keysAt(tree, 'nets')])];
  }
}

/** Kind, name and what tells variants apart: not where it lies, what it should hold, or how it is listed (which the index says). */
export function datasetIdentity({ values, root, kindVersion }: SpecData): DatasetIdentity {
  const { root: _, expect: __, badImages: ___, identity: ____, ...identity } = values;
  return {
    ...identity,
    ...(kindVersion !== undefined && { kindVersion }),
    name: values.name ?? root?.split('/').filter(Boolean).at(-1) ?? values.kind,
  };
}
