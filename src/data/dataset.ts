/**
 * The port behind which every labelled image set stands: a folder, the embedded drawings, later
 * ILSVRC-2012, CIFAR, VOC. Implementations are in `data/datasets/`.
 */

import { UserError } from '../util/user-error.js';

/** What a spec's `data:` section names, after validation. `kind` picks the implementation. */
export interface DatasetSource {
  readonly kind: string;
  /** The set's name: stands in captions and recipes, where a path would differ between machines. */
  readonly name: string;
  /** Absolute path of the folder that the user allowed to be read; absent for sets that ship with us. */
  readonly root?: string;
  /** What the set should hold; listing it checks that. */
  readonly expect?: { readonly classes?: number; readonly train?: number; readonly val?: number };
  /** What an image is known by; if left out, its content unless the set is large. */
  readonly identity?: 'content' | 'listing';
  /** What else the spec says of the set, for kinds that have keys of their own. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export type Split = 'train' | 'val';

/** A rectangle of an image, px of the decoded picture from its top left corner, which is 0, 0. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One labelled image. */
export interface ImageEntry {
  /** Unique in its split, stable across machines (a relative path with `/`, or a name). */
  readonly id: string;
  /** Index into {@link Listing.classes}. */
  readonly label: number;
  /** Length of the encoded image in bytes. */
  readonly bytes: number;
  /** What the image shows, where a set has several images of one thing: statistics count these as one observation. */
  readonly thing?: string;
  /** Around the object that the label names, for sets that tell where it is. */
  readonly box?: Box;
}

/** All images of one split, sorted by id, and the names of the classes in label order. */
export interface Listing {
  readonly classes: readonly string[];
  readonly images: readonly ImageEntry[];
}

/** A user's mistake about the data: an absent folder, a split without classes. */
export class DatasetError extends UserError {
  override readonly name = 'DatasetError';
}

/** One split of a set that may be had without the other. */
export class SplitMissingError extends DatasetError {}

export abstract class Dataset {
  /** The `kind` in a spec that this implementation serves. */
  abstract readonly kind: string;

  /**
   * A hex digest that changes whenever the split may have changed (for a folder: over relative path,
   * size and mtime of each file). Much cheaper than reading the images.
   * @throws DatasetError if the set cannot be found
   */
  abstract fingerprint(source: DatasetSource, split: Split): Promise<string>;

  /** @throws DatasetError if the set cannot be found or holds no class or no image */
  abstract list(source: DatasetSource, split: Split): Promise<Listing>;

  /**
   * The encoded bytes (JPEG, PNG, SVG ...) of one image.
   * @throws DatasetError if there is no such image; ids that leave `root` are refused
   */
  abstract read(source: DatasetSource, split: Split, id: string): Promise<Uint8Array>;
}
