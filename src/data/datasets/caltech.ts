import { permutation, streamKey } from '../../util/random.js';
import { Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../dataset.js';
import { fingerprintOf, quote, type Scan, type ScannedFile, scanFolder } from './folder-scan.js';
import { listingOf, readImage } from './image-folder.js';
import { rootOf } from './inside-root.js';

interface Protocol {
  /** Of each class. */
  readonly trainImages: number;
  /** At most, of each class. */
  readonly testImages: number;
  /** The class of what is no object. */
  readonly background: string;
}

/** Of the paper, Sect. B.2: it counts 102 and 257 classes, so what is no object is a class as well. */
const CALTECH_101: Protocol = { trainImages: 30, testImages: 50, background: 'BACKGROUND_Google' };
const CALTECH_256: Protocol = { trainImages: 60, testImages: Infinity, background: '257.clutter' };

/** The splits are properties of the set, so they do not follow an experiment's seed. */
const SPLIT_SEED = 0;

/**
 * Caltech-101 (`101_ObjectCategories`) or Caltech-256 (`256_ObjectCategories`): a folder for each class, split at
 * random, class by class, in one of three ways. Which of the two it is shows in the names: 256's begin with numbers.
 */
export class Caltech extends Dataset {
  override readonly kind = 'caltech';

  override async fingerprint(source: DatasetSource, split: Split): Promise<string> {
    return fingerprintOf((await scan(source, split)).files);
  }

  override async list(source: DatasetSource, split: Split): Promise<Listing> {
    return listingOf(await scan(source, split));
  }

  override async read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    return readImage(rootOf(source), { folder: '', split, id });
  }
}

async function scan(source: DatasetSource, split: Split): Promise<Scan> {
  const root = rootOf(source);
  const { split: number = 1, background = 'class' } = source.options ?? {};
  const { classes: all, files } = await scanFolder(root, '');
  if (all.length === 1)
    throw new DatasetError(
      `${root} holds one folder of images, ${all[0]!}. The root of Caltech-101 is 101_ObjectCategories, of Caltech-256 256_ObjectCategories, with a folder for each class.`,
    );
  const protocol = all.every((name) => /^\d{3}\./.test(name)) ? CALTECH_256 : CALTECH_101;
  const classes = background === 'left-out' ? all.filter((name) => name !== protocol.background) : all;
  const byClass = new Map<string, ScannedFile[]>(classes.map((name) => [name, []]));
  for (const file of files) byClass.get(file.className)?.push(file);
  const few = classes.filter((name) => byClass.get(name)!.length <= protocol.trainImages);
  if (few.length > 0)
    throw new DatasetError(
      `${root}: of ${few.length} of ${classes.length} classes there are no more than the ${protocol.trainImages} images that are trained on, so none to test with: ${quote(few)}. Complete the set, or remove the folders.`,
    );
  const chosen = new Set(
    [...byClass].flatMap(([name, images]) => {
      const key = streamKey(SPLIT_SEED, `caltech ${String(number)} ${name}`);
      const order = [...permutation(key, 0, images.length)].map((at) => images[at]!);
      const { trainImages, testImages } = protocol;
      return split === 'train' ? order.slice(0, trainImages) : order.slice(trainImages).slice(0, testImages);
    }),
  );
  return { classes, files: files.filter((file) => chosen.has(file)) };
}
