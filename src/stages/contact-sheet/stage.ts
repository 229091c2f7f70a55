import { checkedReader } from '../../data/checked-reader.js';
import type { Dataset } from '../../data/dataset.js';
import { readIndex } from '../../data/index-file.js';
import { readAugmentation } from '../../image/augmentation.js';
import { Augmenter } from '../../image/augmenter.js';
import { contactSheet, SHEET_SIDE } from '../../image/contact-sheet.js';
import { ImageLoader } from '../../image/image-loader.js';
import { PICTURE_FILE } from '../../run/picture.js';
import { sourceOf, Stage, type StageTask } from '../../run/stage.js';
import { endsOf } from '../../spec/range.js';
import type { ContactSheetParameters } from './definition.js';

export class ContactSheetStage extends Stage<ContactSheetParameters> {
  readonly kind = 'contact-sheet';
  readonly #dataset: Dataset;

  constructor(dataset: Dataset) {
    super();
    this.#dataset = dataset;
  }

  async run({ parameters, inputs, output, ...task }: StageTask<ContactSheetParameters>): Promise<void> {
    const { S, crop, seed } = parameters;
    const index = await readIndex(inputs['index']![0]!);
    const augmentation = await readAugmentation(inputs['augmentation']![0]!);
    const read = checkedReader(this.#dataset, sourceOf(task), 'train', index);
    const loader = new ImageLoader({ read, split: 'train', cacheBytes: 0 });
    const ids = index.images.map(({ id }) => id);
    const images = await loader.loadAll(spread(ids, SHEET_SIDE));
    const augmenter = new Augmenter(augmentation, endsOf(S), seed);
    await output.write(PICTURE_FILE, await contactSheet(images, augmenter, crop));
  }
}

/** `count` of the items, or all, as far from each other as they can be: ids are sorted by class. */
function spread(ids: readonly string[], count: number): readonly string[] {
  const shown = Math.min(count, ids.length);
  return Array.from({ length: shown }, (_, i) => ids[Math.floor(((i + 0.5) * ids.length) / shown)]!);
}
