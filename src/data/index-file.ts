/** The index artifact: classes and images of one split, as JSON lines that other tools read. */
import type { ImageEntry } from './dataset.js';

export const CLASSES_FILE = 'classes.json';
export const IMAGES_FILE = 'images.jsonl';

export interface IndexedImage extends ImageEntry {
  /** SHA-256 of the encoded bytes. */
  readonly sha256: string;
}

export interface ImageIndex {
  /** Class names in label order. */
  readonly classes: readonly string[];
  readonly images: readonly IndexedImage[];
}

/** The two files of an index, by name. */
export function writeIndex({ classes, images }: ImageIndex): Readonly<Record<string, string>> {
  const lines = images.map(
    ({ id, label, bytes, sha256, box }) =>
      `${JSON.stringify({ id, label, bytes, sha256, ...(box && { box }) })}\n`,
  );
  return { [CLASSES_FILE]: `${JSON.stringify(classes, null, 2)}\n`, [IMAGES_FILE]: lines.join('') };
}

export async function readIndex(reader: { read(file: string): Promise<Uint8Array> }): Promise<ImageIndex> {
  const text = async (file: string) => Buffer.from(await reader.read(file)).toString('utf8');
  const classes = JSON.parse(await text(CLASSES_FILE)) as string[];
  const images = (await text(IMAGES_FILE))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as IndexedImage);
  return { classes, images };
}
