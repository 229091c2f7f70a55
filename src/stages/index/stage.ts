import { onlyOneClass } from '../../data/class-problems.js';
import type { Dataset, DatasetSource, ImageEntry, Listing, Split } from '../../data/dataset.js';
import { type IndexedImage, type SkippedImage, writeIndex } from '../../data/index-file.js';
import { decode } from '../../image/decode.js';
import { ImageError } from '../../image/pixels.js';
import { type ArtifactWriter, breathe, sourceOf, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { digestBytes } from '../../util/digest.js';
import type { IndexParameters } from './definition.js';
import { selectImages } from '../../data/select-images.js';

/** Images read at once; bounds memory. */
const CHUNK = 64;

/** Images of more bytes are known by their listing unless the spec says otherwise. */
const MOST_READ_BYTES = 10e9;

export class IndexStage extends Stage<IndexParameters> {
  readonly kind = 'index';
  readonly #dataset: Dataset;

  constructor(dataset: Dataset) {
    super();
    this.#dataset = dataset;
  }

  async run({ parameters, output, reporter, signal, ...task }: StageTask<IndexParameters>): Promise<void> {
    const { split, limit, badImages } = parameters;
    const source = sourceOf(task);
    const listing = await this.#dataset.list(source, split);
    checkExpected(listing, source, split);
    const alone = split === 'train' ? onlyOneClass(listing.classes, source) : undefined;
    if (alone !== undefined) throw new TaskError(alone);
    const entries = limit === null ? listing.images : selectImages(listing.images, limit);
    if (badImages !== 'skip' && isKnownByListing(source, entries)) {
      reporter.progress(entries.length, entries.length, 'images');
      await writeAll(output, writeIndex({ classes: listing.classes, images: entries }));
      return;
    }
    const images: IndexedImage[] = [];
    const skipped: SkippedImage[] = [];
    for (let first = 0; first < entries.length; first += CHUNK) {
      const chunk = entries.slice(first, first + CHUNK);
      const looked = await Promise.all(
        chunk.map(async ({ id }) => {
          const bytes = await this.#dataset.read(source, split, id);
          const isBad = badImages === 'skip' && (await whyBad(bytes)) !== undefined;
          return { sha256: digestBytes(bytes), bad: isBad ? bytes : undefined };
        }),
      );
      for (const [i, { sha256, bad }] of looked.entries()) {
        const entry = chunk[i]!;
        // Asked again alone: what libvips says of one image may hold what it said of another at the same time.
        const reason = bad && (await whyBad(bad));
        if (reason === undefined) images.push({ ...entry, sha256 });
        else skipped.push({ id: entry.id, label: entry.label, reason });
      }
      reporter.progress(first + chunk.length, entries.length, 'images');
      await breathe(signal);
    }
    checkNoneEmptied(listing.classes, images, skipped, split);
    if (badImages === 'skip') reporter.metric('skipped_images', skipped.length, 0);
    await writeAll(output, writeIndex({ classes: listing.classes, images }, skipped));
  }
}

/** Reading a large set to the end takes hours before anything is learnt. */
function isKnownByListing({ identity }: DatasetSource, entries: readonly ImageEntry[]): boolean {
  if (identity !== undefined) return identity === 'listing';
  return entries.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_READ_BYTES;
}

async function writeAll(output: ArtifactWriter, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) await output.write(file, text);
}

/** Why an image cannot be used; undefined if it can. A file that cannot even be read is no bad image, and throws. */
async function whyBad(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await decode(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    throw error;
  }
}

/** Skipping is for a few bad images among good ones: a class without any left would be one that nothing learns. */
function checkNoneEmptied(
  classes: readonly string[],
  images: readonly IndexedImage[],
  skipped: readonly SkippedImage[],
  split: Split,
): void {
  const left = new Set(images.map(({ label }) => label));
  const lost = skipped.find(({ label }) => !left.has(label));
  if (!lost) return;
  const count = skipped.filter(({ label }) => label === lost.label).length;
  throw new TaskError(
    `No image of the class "${classes[lost.label]!}" in ${split} can be decoded: ${count} skipped, e.g. "${lost.id}" (${lost.reason}). Mend or replace them, or remove the class.`,
  );
}

/** A set that is not what the spec says would give numbers that mean something else. */
function checkExpected({ classes, images }: Listing, { name, expect }: DatasetSource, split: Split): void {
  const found = [
    ['classes', classes.length, expect?.classes],
    [`${split} images`, images.length, expect?.[split]],
  ] as const;
  for (const [what, count, expected] of found)
    if (expected !== undefined && count !== expected)
      throw new TaskError(
        `"${name}" holds ${count} ${what}, but the spec expects ${expected}. Complete the set, or mend "expect" in the spec.`,
      );
}
