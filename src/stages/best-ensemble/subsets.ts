/** How many subsets there are to try: what a search costs is known before it begins. */

/** Beyond so many additions not every subset is tried. */
const MOST_ADDITIONS = 1e11;

export interface SearchSize {
  readonly members: number;
  /** Members of a subset at the most. */
  readonly most: number;
  /** Of the half that is searched on. */
  readonly images: number;
  readonly classes: number;
}

export function isExhaustive({ members, most, images, classes }: SearchSize): boolean {
  return subsetsUpTo(members, most) * images * classes <= MOST_ADDITIONS;
}

/** Subsets of one member and more, up to `most`. */
export function subsetsUpTo(members: number, most: number): number {
  let [total, ofSize] = [0, 1];
  for (let size = 1; size <= Math.min(members, most); size++) {
    ofSize = (ofSize * (members - size + 1)) / size;
    total += ofSize;
  }
  return total;
}

/** Subsets that are tried where one member after another is added, at the most. */
export function subsetsAdding(members: number): number {
  return (members * (members + 1)) / 2;
}

/** Each subset adds one matrix to the sum of another. */
export function additions(size: SearchSize): number {
  const { members, most, images, classes } = size;
  const subsets = isExhaustive(size) ? subsetsUpTo(members, most) : subsetsAdding(members);
  return subsets * images * classes;
}
