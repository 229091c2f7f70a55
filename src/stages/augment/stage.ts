import { checkedReader } from '../../data/checked-reader.js';
import type { Dataset } from '../../data/dataset.js';
import { readIndex } from '../../data/index-file.js';
import { writeAugmentation } from '../../image/augmentation.js';
import { ImageLoader } from '../../image/image-loader.js';
import { PixelSums } from '../../image/pixel-statistics.js';
import { breathe, sourceOf, Stage, type StageTask } from '../../run/stage.js';
import type { AugmentParameters } from './definition.js';

/** Images decoded at once; bounds memory. */
const CHUNK = 32;

export class AugmentStage extends Stage<AugmentParameters> {
  readonly kind = 'augment';
  readonly #dataset: Dataset;

  constructor(dataset: Dataset) {
    super();
    this.#dataset = dataset;
  }

  /** Statistics over every pixel of every training image, as decoded, each pixel with the same weight. */
  async run({
    parameters,
    inputs,
    output,
    reporter,
    signal,
    ...task
  }: StageTask<AugmentParameters>): Promise<void> {
    const index = await readIndex(inputs['index']![0]!);
    const loader = new ImageLoader({
      read: checkedReader(this.#dataset, sourceOf(task), 'train', index),
      split: 'train',
      cacheBytes: 0,
    });
    const sums = new PixelSums();
    const ids = index.images.map(({ id }) => id);
    for (let first = 0; first < ids.length; first += CHUNK) {
      for (const pixels of await loader.loadAll(ids.slice(first, first + CHUNK))) sums.add(pixels);
      reporter.progress(Math.min(first + CHUNK, ids.length), ids.length, 'images');
      await breathe(signal);
    }
    const augmentation = { policy: parameters, images: ids.length, ...sums.statistics() };
    for (const [file, text] of Object.entries(writeAugmentation(augmentation)))
      await output.write(file, text);
  }
}
