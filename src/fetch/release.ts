/** What is known of a published image set. */
import type { Split } from '../data/dataset.js';
import type { VocSet } from '../data/voc/labels.js';

export interface Archive {
  readonly url: string;
  readonly bytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Bounds of what it unpacks to, well above what it holds. */
  readonly most: { readonly bytes: number; readonly members: number };
  /** A tar.gz among its members that holds the images; its other members are left out. */
  readonly within?: string;
}

interface Described {
  readonly name: string;
  readonly title: string;
  /** What may be done with it. */
  readonly licence: string;
  /** Where people read about it. */
  readonly page: string;
}

/** May be had without a login or an agreement. */
export interface OpenRelease extends Described {
  readonly archives: readonly Archive[];
  /** The folder, among what the archives unpack to, that becomes the set. */
  readonly top: string;
  /** How a spec reads it; null for what this version cannot read yet. */
  readonly data: { readonly kind: string } | null;
  /** Of PASCAL VOC: the lists of what is trained on and what is tested with. */
  readonly voc?: Readonly<Record<Split, VocSet>>;
  readonly holds: Holds;
}

/** Needs a login or an agreement, which is the user's to give. */
export interface ClosedRelease extends Described {
  readonly how: string;
  readonly files: readonly string[];
  readonly data: { readonly kind: string };
  readonly voc?: undefined;
  readonly holds: Holds;
}

export interface Holds {
  readonly classes: number;
  readonly train: number;
  readonly val: number;
}

export type Release = OpenRelease | ClosedRelease;

export function isOpen(release: Release): release is OpenRelease {
  return 'archives' in release;
}
