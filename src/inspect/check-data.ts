/** Looks at a whole image set before a run does: what it holds, and what of it is wrong. */
import { onlyOneClass } from '../data/class-problems.js';
import { type Dataset, DatasetError, type DatasetSource, type Listing, type Split } from '../data/dataset.js';
import { isNearCopy, nearestPairs, type Pair } from './near-copies.js';
import {
  type BadImage,
  type GoodImage,
  type ProgressListener,
  type ReadSplit,
  readSplit,
} from './read-split.js';

const SPLITS: readonly Split[] = ['train', 'val'];
/** Pairs and names reported of each sort. */
const MOST_PAIRS = 5;
const MOST_NAMES = 10;

export interface SplitReport {
  readonly images: number;
  /** The classes with the fewest and the most images. */
  readonly fewest: { readonly name: string; readonly images: number };
  readonly most: { readonly name: string; readonly images: number };
  /** Smallest sides of the images that can be decoded, px; null if none can. */
  readonly smallestSide: { readonly min: number; readonly median: number; readonly max: number } | null;
  /** Images smaller than the largest scale of the spec, which are enlarged; null if it reads this set at none. */
  readonly enlarged: number | null;
  readonly unreadable: readonly BadImage[];
  readonly grey: number;
  readonly cmyk: number;
  readonly alpha: number;
}

export interface SetReport {
  readonly name: string;
  readonly kind: string;
  readonly root: string | null;
  readonly classes: number;
  /** Absent splits could not be listed; `problems` says why. */
  readonly splits: Readonly<Partial<Record<Split, SplitReport>>>;
  /** Real px of the largest S or Q at which the spec reads this set; null if none. */
  readonly largestScale: number | null;
  readonly nearest: readonly Pair[];
  /** What is wrong, a sentence each; none if the set is sound. */
  readonly problems: readonly string[];
}

export interface CheckOptions {
  /** Splits without which the spec cannot be run; of others it is no problem if they are not here. */
  readonly needed: ReadonlySet<Split>;
  readonly largestScale: number | null;
  readonly progress: ProgressListener;
}

export async function checkData(
  dataset: Dataset,
  source: DatasetSource,
  { needed, largestScale, progress }: CheckOptions,
): Promise<SetReport> {
  const problems: string[] = [];
  const read: Partial<Record<Split, ReadSplit>> = {};
  const splits: Partial<Record<Split, SplitReport>> = {};
  for (const split of SPLITS) {
    const listing = await listed(dataset, source, split);
    if (typeof listing === 'string') {
      if (needed.has(split)) problems.push(listing);
      continue;
    }
    const options = { split, withMirrors: split === 'val', progress };
    const found = await readSplit(dataset, source, listing, options);
    read[split] = found;
    splits[split] = reportOf(found, listing, largestScale);
    problems.push(...splitProblems(source, split, listing, found));
  }
  const { train, val } = read;
  const pairs = train && val ? await nearestPairs(train.good, val.good, progress) : [];
  if (train && val) problems.push(...acrossProblems(train, val, pairs));
  const { name, kind, root = null } = source;
  const classes = (train ?? val)?.classes.length ?? 0;
  return {
    ...{ name, kind, root, classes, splits, largestScale },
    ...{ nearest: pairs.slice(0, MOST_PAIRS), problems },
  };
}

/** Or why there is none. */
async function listed(dataset: Dataset, source: DatasetSource, split: Split): Promise<Listing | string> {
  try {
    return await dataset.list(source, split);
  } catch (error) {
    if (error instanceof DatasetError) return error.message;
    throw error;
  }
}

function reportOf({ good, bad }: ReadSplit, listing: Listing, largestScale: number | null): SplitReport {
  const counts = classCounts(listing);
  const sides = good.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b);
  const count = (is: (image: GoodImage) => boolean) => good.filter(is).length;
  return {
    images: listing.images.length,
    fewest: counts.reduce((least, one) => (one.images < least.images ? one : least)),
    most: counts.reduce((most, one) => (one.images > most.images ? one : most)),
    smallestSide:
      sides.length === 0 ? null : { min: sides[0]!, median: sides[sides.length >> 1]!, max: sides.at(-1)! },
    enlarged: largestScale === null ? null : sides.filter((side) => side < largestScale).length,
    unreadable: bad,
    grey: count(({ encoding }) => encoding.grey),
    cmyk: count(({ encoding }) => encoding.cmyk),
    alpha: count(({ encoding }) => encoding.alpha),
  };
}

function classCounts({ classes, images }: Listing): readonly { name: string; images: number }[] {
  const counts = classes.map((name) => ({ name, images: 0 }));
  for (const { label } of images) counts[label]!.images += 1;
  return counts;
}

function splitProblems(
  source: DatasetSource,
  split: Split,
  listing: Listing,
  { good, bad }: ReadSplit,
): readonly string[] {
  const alone = split === 'train' ? onlyOneClass(listing.classes, source) : undefined;
  const empty = classCounts(listing).filter(({ images }) => images === 0);
  const { expect } = source;
  const expected = expect?.[split];
  return [
    ...(alone === undefined ? [] : [alone]),
    ...(expected !== undefined && expected !== listing.images.length
      ? [`${split} holds ${listing.images.length} images, but the spec expects ${expected}.`]
      : []),
    ...(expect?.classes !== undefined && expect.classes !== listing.classes.length
      ? [`${split} holds ${listing.classes.length} classes, but the spec expects ${expect.classes}.`]
      : []),
    ...(empty.length > 0 ? [`${split} has no image of ${quote(empty.map(({ name }) => name))}.`] : []),
    ...bad.map(({ id, reason }) => `${split}/${id} cannot be used: ${reason}.`),
    ...twins(good).map((ids) => `${split} holds the same image ${ids.length} times: ${quote(ids)}.`),
  ];
}

/** Ids of images with the same bytes. */
function twins(images: readonly GoodImage[]): readonly (readonly string[])[] {
  const byDigest = new Map<string, string[]>();
  for (const { id, sha256 } of images) {
    const ids = byDigest.get(sha256);
    if (ids) ids.push(id);
    else byDigest.set(sha256, [id]);
  }
  return [...byDigest.values()].filter(({ length }) => length > 1);
}

function acrossProblems(train: ReadSplit, val: ReadSplit, pairs: readonly Pair[]): readonly string[] {
  const missing = (from: ReadSplit, to: ReadSplit) =>
    from.classes.filter((name) => !to.classes.includes(name));
  const [onlyTrain, onlyVal] = [missing(train, val), missing(val, train)];
  const digests = new Map(train.good.map(({ id, sha256 }) => [sha256, id]));
  const same = new Map(
    val.good.flatMap(({ id, sha256 }) => (digests.has(sha256) ? [[id, digests.get(sha256)!]] : [])),
  );
  const near = pairs.filter((pair) => isNearCopy(pair) && !same.has(pair.val));
  return [
    ...(onlyTrain.length > 0 ? [`val lacks the classes ${quote(onlyTrain)}, which train has.`] : []),
    ...(onlyVal.length > 0 ? [`train lacks the classes ${quote(onlyVal)}, which val has.`] : []),
    ...[...same].map(([held, other]) => `val/${held} is the same image as train/${other}.`),
    ...near.map(
      ({ val: held, train: other, bits, colour }) =>
        `val/${held} is a near copy of train/${other}: ${bits} of 256 bits and ${colour.toFixed(1)} grey levels differ.`,
    ),
  ];
}

function quote(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.slice(0, MOST_NAMES).join(', ') + more;
}
