import { basename, join } from 'node:path';
import { digestValue } from '../../util/digest.js';
import { Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../dataset.js';
import { byId, fingerprintOf, isImageId, quote, scanFlat, scanFolder } from './folder-scan.js';
import { labelsDiffer, type LabelledFile } from './ilsvrc/agreement.js';
import { readDevkit } from './ilsvrc/devkit.js';
import { readKaggle } from './ilsvrc/kaggle.js';
import { isWnid, type ValLabels } from './ilsvrc/labels.js';
import { findPlace, type Place } from './ilsvrc/place.js';
import { TarIndexes } from './ilsvrc/tar-index.js';
import { listingOf, readImage } from './image-folder.js';
import { readInside, rootOf } from './inside-root.js';
import { stampOf } from './stamp.js';

/** Where a split lies, and who says what its images show. */
interface Found {
  readonly place: Place;
  /** The devkit's before Kaggle's; none where neither is there. */
  readonly labels: readonly ValLabels[];
}

/** An image by its class and the name of its file. */
interface Image extends LabelledFile {
  readonly bytes: number;
}

/**
 * ILSVRC-2012 in the layouts that it is kept in: folders by WNID, the flat official validation images with the
 * devkit, Kaggle's, and the official tars as they are. Ids are `<WNID>/<file>` and labels the places among the sorted
 * WNIDs, whatever the layout, so all of them give the same list.
 */
export class Ilsvrc2012 extends Dataset {
  override readonly kind = 'ilsvrc2012';

  readonly #tars = new TarIndexes();
  /** By root and split; looked for anew whenever a split is listed. */
  readonly #found = new Map<string, Promise<Found>>();

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    const root = rootOf(source);
    const { place, labels } = await this.#find(root, split);
    const digests = labels.map(({ digest }) => digest);
    if (place.form === 'tar') return digestValue([await stampOf(place.path), ...digests]);
    const files =
      place.form === 'class-folders'
        ? (await scanFolder(root, place.folder)).files
        : await scanFlat(root, place.folder);
    return fingerprintOf(files, ...digests);
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    const root = rootOf(source);
    const { place, labels } = await this.#find(root, split);
    if (place.form === 'class-folders') return this.#listFolders(root, place.folder, labels);
    if (split === 'train') return this.#listTars((place as Extract<Place, { form: 'tar' }>).path);
    const from = place.form === 'tar' ? place.path : join(root, place.folder);
    const [first, second] = labels;
    if (!first)
      throw new DatasetError(
        `${from} does not say which class each image is of. Put ILSVRC2012_devkit_t12.tar.gz, or the folder unpacked from it, or Kaggle's LOC_val_solution.csv into ${root}.`,
      );
    const images = labelled(await this.#flatFiles(root, place), first, from);
    const differ = second && labelsDiffer(images, first.from, second, first.byId);
    if (differ !== undefined) throw new DatasetError(differ);
    return listing(first.classes, images);
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const root = rootOf(source);
    const { place, labels } = await (this.#found.get(`${split} ${root}`) ?? this.#find(root, split));
    if (place.form === 'class-folders') return readImage(root, { folder: place.folder, split, id });
    const name = `Image ${JSON.stringify(id)} of ${split} in ${root}`;
    const [wnid, file, ...more] = id.split('/');
    if (!isImageId(id) || file === undefined || more.length > 0)
      throw new DatasetError(`${name} is refused: not a WNID and the name of an image.`);
    if (split === 'val' && labels[0]?.of(file) !== wnid) throw new DatasetError(`${name} does not exist.`);
    if (place.form === 'tar') return this.#tars.read(place.path, split, split === 'train' ? id : file);
    return readInside(root, join(place.folder, file), name);
  }

  #find(root: string, split: Split): Promise<Found> {
    const found = find(root, split);
    this.#found.set(`${split} ${root}`, found);
    found.catch(() => this.#found.delete(`${split} ${root}`));
    return found;
  }

  async #listFolders(root: string, folder: string, labels: readonly ValLabels[]): Promise<Listing> {
    const scan = await scanFolder(root, folder);
    const strange = scan.classes.filter((name) => !isWnid(name));
    if (strange.length > 0)
      throw new DatasetError(
        `${join(root, folder)} holds folders that are not named by a WNID such as n01440764: ${quote(strange)}. Rename or remove them.`,
      );
    const images = scan.files.map(({ id, className }) => ({ file: basename(id), wnid: className }));
    for (const other of labels) {
      const differ = labelsDiffer(images, join(root, folder), other);
      if (differ !== undefined) throw new DatasetError(differ);
    }
    return listingOf(scan);
  }

  async #listTars(path: string): Promise<Listing> {
    const found = await this.#tars.images(path, 'train');
    const images = Array.from(found, ([id, { bytes }]) => {
      const [wnid, file] = id.split('/') as [string, string];
      return { file, wnid, bytes };
    });
    return listing([...new Set(images.map(({ wnid }) => wnid))].sort(), images);
  }

  async #flatFiles(
    root: string,
    place: Exclude<Place, { form: 'class-folders' }>,
  ): Promise<readonly { readonly file: string; readonly bytes: number }[]> {
    if (place.form === 'flat-folder')
      return (await scanFlat(root, place.folder)).map(({ id, bytes }) => ({ file: id, bytes }));
    const found = await this.#tars.images(place.path, 'val');
    return Array.from(found, ([file, { bytes }]) => ({ file, bytes }));
  }
}

async function find(root: string, split: Split): Promise<Found> {
  const place = await findPlace(root, split);
  const labels = split === 'train' ? [] : [await readDevkit(root), await readKaggle(root)];
  return { place, labels: labels.filter((one) => one !== undefined) };
}

function labelled(
  files: readonly { readonly file: string; readonly bytes: number }[],
  labels: ValLabels,
  from: string,
): readonly Image[] {
  const strange = files.filter(({ file }) => labels.of(file) === undefined).map(({ file }) => file);
  if (strange.length > 0)
    throw new DatasetError(
      `${labels.from} does not say which class ${strange.length} of the ${files.length} images in ${from} are of: ${quote(strange)}.`,
    );
  return files.map(({ file, bytes }) => ({ file, wnid: labels.of(file)!, bytes }));
}

function listing(classes: readonly string[], images: readonly Image[]): Listing {
  const labels = new Map(classes.map((wnid, label) => [wnid, label]));
  return {
    classes,
    images: images
      .map(({ file, wnid, bytes }) => ({ id: `${wnid}/${file}`, label: labels.get(wnid)!, bytes }))
      .sort(byId),
  };
}
