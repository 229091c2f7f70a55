/** All data sets behind the one port: the source's `kind` says which one serves it. */
import { Dataset, type DatasetSource, type Listing, type Split } from '../dataset.js';

export class DatasetsByKind extends Dataset {
  readonly kind = 'any';
  readonly #members: readonly Dataset[];

  constructor(members: readonly Dataset[]) {
    super();
    this.#members = members;
  }

  /** These, and more kinds. */
  with(more: readonly Dataset[]): DatasetsByKind {
    return new DatasetsByKind([...this.#members, ...more]);
  }

  /** Whether images of this kind can be read. */
  serves(kind: string): boolean {
    return this.#members.some((dataset) => dataset.kind === kind);
  }

  async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    return this.#member(source).fingerprint(source, split);
  }

  async list(source: DatasetSource, split: Split): Promise<Listing> {
    return this.#member(source).list(source, split);
  }

  async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    return this.#member(source).read(source, split, id);
  }

  #member({ kind }: DatasetSource): Dataset {
    const member = this.#members.find((dataset) => dataset.kind === kind);
    if (!member) throw new Error(`Internal error: no data set of kind "${kind}"`);
    return member;
  }
}
