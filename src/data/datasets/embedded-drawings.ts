import { createHash } from 'node:crypto';
import {
  Dataset,
  DatasetError,
  type DatasetSource,
  type ImageEntry,
  type Listing,
  type Split,
} from '../dataset.js';
import { CLASSES, LEFT_OUT } from './drawing-classes.js';
import { NEAR_COPIES } from './drawing-near-copies.js';
import { boxOf } from './drawing-box.js';
import { compose, place } from './drawing-scene.js';
import { loadDrawings, packageVersions, type Drawing } from './drawing-source.js';
import { splitDrawings } from './drawing-split.js';

/** To be raised whenever the same packages would give other pictures, ids or splits. */
const GENERATOR_VERSION = 3;

/** One split, ready to be read. */
interface Loaded {
  readonly listing: Listing;
  readonly drawings: ReadonlyMap<string, Drawing>;
}

/**
 * Drawings of the same things by six artists, from npm packages that every installation has: a labelled set
 * without a download. Each picture is an SVG document whose short side has 112 to 160 pixels, of an aspect ratio between
 * 5:7 and 7:5, in which one drawing stands at a random place on a random background. Ids are
 * `class/concept/artist-view`. Each entry has the box around its drawing, and
 * its concept as the thing that it shows. `root` is not used.
 */
export class EmbeddedDrawings extends Dataset {
  override readonly kind = 'embedded';

  #drawings: Promise<Drawing[]> | undefined;
  readonly #splits = new Map<Split, Promise<Loaded>>();

  override async fingerprint(_source: DatasetSource, split: Split): Promise<string> {
    const packages = await packageVersions();
    return createHash('sha256')
      .update(
        JSON.stringify({ generator: GENERATOR_VERSION, split, packages, CLASSES, LEFT_OUT, NEAR_COPIES }),
      )
      .digest('hex');
  }

  override async list(_source: DatasetSource, split: Split): Promise<Listing> {
    return (await this.#load(split)).listing;
  }

  override async read(_source: DatasetSource, split: Split, id: string): Promise<Uint8Array> {
    const drawing = (await this.#load(split)).drawings.get(id);
    if (!drawing)
      throw new DatasetError(`The embedded drawings have no image ${JSON.stringify(id)} in ${split}.`);
    return Buffer.from(compose(drawing, split, id));
  }

  /** Loads once, however many ask at the same time; a failure is not remembered. */
  #load(split: Split): Promise<Loaded> {
    let loaded = this.#splits.get(split);
    if (!loaded) {
      this.#drawings ??= loadDrawings();
      loaded = this.#drawings.then((drawings) => loadSplit(drawings, split));
      this.#splits.set(split, loaded);
      loaded.catch(() => {
        this.#drawings = undefined;
        this.#splits.delete(split);
      });
    }
    return loaded;
  }
}

function loadSplit(all: readonly Drawing[], split: Split): Loaded {
  const classes = Object.keys(CLASSES).sort();
  const labels = new Map(classes.map((name, label) => [name, label]));
  const drawings = new Map<string, Drawing>();
  const images: ImageEntry[] = [];
  for (const { drawing, views } of splitDrawings(all, split)) {
    for (let view = 1; view <= views; view++) {
      const id = `${drawing.className}/${drawing.concept}/${drawing.artist}-${view}`;
      drawings.set(id, drawing);
      images.push({
        id,
        label: labels.get(drawing.className)!,
        thing: `${drawing.className}/${drawing.concept}`,
        bytes: Buffer.byteLength(compose(drawing, split, id)),
        box: boxOf(drawing.viewBox, place(split, id)),
      });
    }
  }
  images.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { listing: { classes, images }, drawings };
}
