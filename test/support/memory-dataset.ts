/** {@link Dataset} in memory: the second implementation of the port. */
import {
  Dataset,
  DatasetError,
  type DatasetSource,
  type Listing,
  type Split,
} from '../../src/data/dataset.js';
import { digestValue } from '../../src/util/digest.js';

/** Encoded images by `<class>/<name>`. */
export type Images = ReadonlyMap<string, Uint8Array>;

export class MemoryDataset extends Dataset {
  readonly kind = 'memory';
  readonly #splits: Readonly<Record<Split, Images>>;

  constructor(splits: Readonly<Record<Split, Images>> = { train: new Map(), val: new Map() }) {
    super();
    this.#splits = splits;
  }

  fingerprint(_: DatasetSource, split: Split): Promise<string> {
    return Promise.resolve(digestValue([...this.#splits[split]].map(([id, bytes]) => [id, bytes.length])));
  }

  list(source: DatasetSource, split: Split): Promise<Listing> {
    const ids = [...this.#splits[split].keys()].sort();
    if (ids.length === 0) return Promise.reject(new DatasetError(`${source.name} has no image in ${split}.`));
    const classes = [...new Set(ids.map(classOf))];
    const images = ids.map((id) => ({
      id,
      label: classes.indexOf(classOf(id)),
      bytes: this.#splits[split].get(id)!.length,
    }));
    return Promise.resolve({ classes, images });
  }

  read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const bytes = this.#splits[split].get(id);
    return bytes
      ? Promise.resolve(bytes)
      : Promise.reject(new DatasetError(`${source.name} has no image "${id}" in ${split}.`));
  }
}

function classOf(id: string): string {
  return id.split('/')[0]!;
}
