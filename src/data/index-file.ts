/** The index artifact: classes and images of one split, as JSON lines that other tools read. */
import { canonicalJson } from '../util/digest.js';
import type { DatasetSource, ImageEntry, Split } from './dataset.js';

export const CLASSES_FILE = 'classes.json';
export const IMAGES_FILE = 'images.jsonl';
export const SKIPPED_FILE = 'skipped.jsonl';

export interface IndexedImage extends ImageEntry {
  /** SHA-256 of the encoded bytes; absent where the set is known by its listing alone. */
  readonly sha256?: string;
}

/** An image that was left out because it cannot be decoded. */
export interface SkippedImage {
  readonly id: string;
  readonly label: number;
  /** In the words of the decoder. */
  readonly reason: string;
}

export interface ImageIndex {
  /** Class names in label order. */
  readonly classes: readonly string[];
  readonly images: readonly IndexedImage[];
}

/** The files of an index, by name. */
export function writeIndex(
  { classes, images }: ImageIndex,
  skipped: readonly SkippedImage[] = [],
): Readonly<Record<string, string>> {
  const lines = images.map(
    ({ id, label, bytes, sha256, thing, box }) =>
      `${JSON.stringify({ id, label, bytes, ...(sha256 !== undefined && { sha256 }), ...(thing !== undefined && { thing }), ...(box && { box }) })}\n`,
  );
  return {
    [CLASSES_FILE]: `${JSON.stringify(classes, null, 2)}\n`,
    [IMAGES_FILE]: lines.join(''),
    [SKIPPED_FILE]: skipped
      .map(({ id, label, reason }) => `${JSON.stringify({ id, label, reason })}\n`)
      .join(''),
  };
}

/** Whether images are known by their paths and sizes, not by their bytes. */
export function isListing({ images }: ImageIndex): boolean {
  return images.some(({ sha256 }) => sha256 === undefined);
}

/** Lengths of the encoded images. */
export function bytesIn({ images }: ImageIndex): (id: string) => number {
  const bytes = new Map(images.map((image) => [image.id, image.bytes]));
  return (id) => bytes.get(id) ?? 0;
}

/** What tells an image from all others of this machine: the digest of its bytes, else where it lies. */
export function digestsOf(
  { images }: ImageIndex,
  { kind, name, root = '', options = {} }: DatasetSource,
  split: Split,
): (id: string) => string {
  const digests = new Map(images.map(({ id, sha256 }) => [id, sha256]));
  const place = canonicalJson({ kind, name, root, options, split });
  return (id) => digests.get(id) ?? `${place}/${id}`;
}

/** Indexes of version 1 have no list of what was skipped, since nothing was. */
export async function readSkipped(reader: FileReader): Promise<readonly SkippedImage[]> {
  return jsonLines<SkippedImage>(await textOf(reader, SKIPPED_FILE));
}

export async function readIndex(reader: FileReader): Promise<ImageIndex> {
  const classes = JSON.parse(await textOf(reader, CLASSES_FILE)) as string[];
  return { classes, images: jsonLines<IndexedImage>(await textOf(reader, IMAGES_FILE)) };
}

interface FileReader {
  read(file: string): Promise<Uint8Array>;
}

async function textOf(reader: FileReader, file: string): Promise<string> {
  return Buffer.from(await reader.read(file)).toString('utf8');
}

function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}
