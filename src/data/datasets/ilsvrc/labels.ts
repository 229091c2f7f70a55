/** What is known of the validation images' classes: the class of each as a WordNet id (WNID). */

export interface ValLabels {
  /** The files that say so, in messages. */
  readonly from: string;
  /** Classes in label order, which is that of the sorted WNIDs. */
  readonly classes: readonly string[];
  /** Of an image by its file's name; undefined if it is not among them. */
  readonly of: (file: string) => string | undefined;
  /** WNIDs in the order of the devkit's ILSVRC2012_ID, the first that of 1; absent where nothing tells it. */
  readonly byId?: readonly string[];
  /** Changes when they do. */
  readonly digest: string;
}

/** WordNet's ids of nouns. */
export function isWnid(name: string): boolean {
  return /^n\d{8}$/.test(name);
}
