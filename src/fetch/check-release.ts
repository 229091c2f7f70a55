/** Compares a folder with what is known of a published image set. */
import { type Split, SplitMissingError } from '../data/dataset.js';
import { builtInDatasets } from '../data/datasets/built-in.js';
import { UserError } from '../util/user-error.js';
import { countVoc, type VocCount } from './check-voc.js';
import { compareDigests, readDigests } from './digest-list.js';
import type { Holds, Release } from './release.js';

export interface ReleaseReport {
  readonly name: string;
  readonly root: string;
  /** What was found; absent where the set cannot be listed, or not yet. */
  readonly found: Partial<Holds>;
  readonly holds: Holds;
  /** Splits that are not here, of a set whose splits are had one by one. */
  readonly absent: readonly Split[];
  /** Files that were compared with the digests of when they were unpacked; null where there is no list of them. */
  readonly compared: number | null;
  /** A sentence each; none if all is as it should be. */
  readonly problems: readonly string[];
}

const SPLITS: readonly Split[] = ['train', 'val'];

/** @param root absolute @param progress told how many files have been looked at */
export async function checkRelease(
  release: Release,
  root: string,
  progress: (what: string, done: number, total: number) => void,
): Promise<ReleaseReport> {
  const { name, holds } = release;
  const problems = new Set<string>();
  const absent: Split[] = [];
  const found: { -readonly [key in keyof Holds]?: Holds[key] } = {};
  for (const split of SPLITS)
    try {
      const counted = await count(release, { root, split, progress });
      if (!counted) continue;
      const { images, classes } = counted;
      for (const problem of counted.problems) problems.add(problem);
      found[split] = images;
      found.classes ??= classes;
      if (images !== holds[split])
        problems.add(`${split} holds ${images} images, the release ${holds[split]}.`);
      if (classes !== holds.classes)
        problems.add(`${split} holds ${classes} classes, the release ${holds.classes}.`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error instanceof SplitMissingError) absent.push(split);
      // Both splits may say the same.
      if (!(error instanceof SplitMissingError) || absent.length === SPLITS.length)
        problems.add(error.message);
    }
  const digests = await readDigests(root);
  if (digests) {
    const differ = await compareDigests(root, digests, (done, total) => {
      progress(`comparing ${name}`, done, total);
    });
    for (const problem of differ) problems.add(problem);
  }
  return { name, root, found, holds, absent, compared: digests?.size ?? null, problems: [...problems] };
}

/** Undefined for what nothing here can read. */
async function count(
  { name, data, voc }: Release,
  {
    root,
    split,
    progress,
  }: {
    readonly root: string;
    readonly split: Split;
    readonly progress: (what: string, done: number, total: number) => void;
  },
): Promise<VocCount | undefined> {
  if (voc)
    return countVoc(root, voc[split], (done, total) => {
      progress(`reading annotations of ${name} ${voc[split]}`, done, total);
    });
  if (!data) return undefined;
  const { classes, images } = await builtInDatasets().list({ ...data, name, root }, split);
  return { images: images.length, classes: classes.length, problems: [] };
}
