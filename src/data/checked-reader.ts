/** Reads images of an index and notices when one is no longer what was indexed. */
import { digestBytes } from '../util/digest.js';
import { type Dataset, DatasetError, type DatasetSource, type Split } from './dataset.js';
import type { ImageIndex } from './index-file.js';

/** @throws (from the reader) DatasetError if an image has changed since the index was made */
export function checkedReader(
  dataset: Dataset,
  source: DatasetSource,
  split: Split,
  index: ImageIndex,
): (id: string) => Promise<Uint8Array> {
  const indexed = new Map(index.images.map((image) => [image.id, image]));
  return async (id) => {
    const bytes = await dataset.read(source, split, id);
    const image = indexed.get(id);
    const isSame =
      image?.sha256 === undefined ? bytes.length === image?.bytes : digestBytes(bytes) === image.sha256;
    if (!isSame) {
      throw new DatasetError(
        `The image "${id}" of ${source.name} changed while it was used. Run again to index the images anew.`,
      );
    }
    return bytes;
  };
}
