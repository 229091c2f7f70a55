/** Compares a folder with what is known of a published image set. */
import { type DatasetSource, type Split } from '../data/dataset.js';
import { builtInDatasets } from '../data/datasets/built-in.js';
import { UserError } from '../util/user-error.js';
import { compareDigests, readDigests } from './digest-list.js';
import type { Holds, Release } from './release.js';

export interface ReleaseReport {
  readonly name: string;
  readonly root: string;
  /** What was found; absent where the set cannot be listed, or not yet. */
  readonly found: Partial<Holds>;
  readonly holds: Holds;
  /** Files that were compared with the digests of when they were unpacked; null where there is no list of them. */
  readonly compared: number | null;
  /** A sentence each; none if all is as it should be. */
  readonly problems: readonly string[];
}

const SPLITS: readonly Split[] = ['train', 'val'];

/** @param root absolute @param progress told the files that are compared */
export async function checkRelease(
  release: Release,
  root: string,
  progress: (what: string, done: number, total: number) => void,
): Promise<ReleaseReport> {
  const { name, holds } = release;
  const problems: string[] = [];
  const found: { -readonly [key in keyof Holds]?: Holds[key] } = {};
  if (release.data) {
    const source: DatasetSource = { ...release.data, name, root };
    for (const split of SPLITS)
      try {
        const { classes, images } = await builtInDatasets().list(source, split);
        found[split] = images.length;
        found.classes ??= classes.length;
        if (images.length !== holds[split])
          problems.push(`${split} holds ${images.length} images, the release ${holds[split]}.`);
        if (classes.length !== holds.classes)
          problems.push(`${split} holds ${classes.length} classes, the release ${holds.classes}.`);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
      }
  }
  const digests = await readDigests(root);
  if (digests)
    problems.push(
      ...(await compareDigests(root, digests, (done, total) => {
        progress(`comparing ${name}`, done, total);
      })),
    );
  return { name, root, found, holds, compared: digests?.size ?? null, problems };
}
