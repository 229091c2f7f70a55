import type { Dataset, DatasetSource, Listing, Split } from '../../data/dataset.js';
import { type IndexedImage, writeIndex } from '../../data/index-file.js';
import { breathe, sourceOf, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { digestBytes } from '../../util/digest.js';
import type { IndexParameters } from './definition.js';
import { selectImages } from './select.js';

/** Images read at once; bounds memory. */
const CHUNK = 64;

export class IndexStage extends Stage<IndexParameters> {
  readonly kind = 'index';
  readonly #dataset: Dataset;

  constructor(dataset: Dataset) {
    super();
    this.#dataset = dataset;
  }

  async run({ parameters, output, reporter, signal, ...task }: StageTask<IndexParameters>): Promise<void> {
    const { split, limit } = parameters;
    const source = sourceOf(task);
    const listing = await this.#dataset.list(source, split);
    checkExpected(listing, source, split);
    const entries = limit === null ? listing.images : selectImages(listing.images, limit);
    const images: IndexedImage[] = [];
    for (let first = 0; first < entries.length; first += CHUNK) {
      const chunk = entries.slice(first, first + CHUNK);
      const digests = await Promise.all(
        chunk.map(async ({ id }) => digestBytes(await this.#dataset.read(source, split, id))),
      );
      images.push(...chunk.map((entry, i) => ({ ...entry, sha256: digests[i]! })));
      reporter.progress(images.length, entries.length, 'images');
      await breathe(signal);
    }
    for (const [file, text] of Object.entries(writeIndex({ classes: listing.classes, images })))
      await output.write(file, text);
  }
}

/** A set that is not what the spec says would give numbers that mean something else. */
function checkExpected({ classes, images }: Listing, { name, expect }: DatasetSource, split: Split): void {
  const found = [
    ['classes', classes.length, expect?.classes],
    [`${split} images`, images.length, expect?.[split]],
  ] as const;
  for (const [what, count, expected] of found)
    if (expected !== undefined && count !== expected)
      throw new TaskError(
        `"${name}" holds ${count} ${what}, but the spec expects ${expected}. Complete the set, or mend "expect" in the spec.`,
      );
}
