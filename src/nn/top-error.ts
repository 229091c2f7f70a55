/** Top-k errors of posteriors (or scores): the paper's two numbers. */

export interface TopErrors {
  /** Images whose class is not the first, not among the first five. */
  readonly top1Wrong: number;
  readonly top5Wrong: number;
  readonly images: number;
}

/**
 * Ties: the lower class index ranks first.
 * @param posteriors [images, classes], row-major
 * @param labels class index of each image
 */
export function topErrors(posteriors: Float32Array, labels: ArrayLike<number>): TopErrors {
  const images = labels.length;
  const classes = posteriors.length / images;
  let top1Wrong = 0;
  let top5Wrong = 0;
  for (let image = 0; image < images; image++) {
    const rank = rankOf(posteriors.subarray(image * classes, (image + 1) * classes), labels[image]!);
    if (rank >= 1) top1Wrong += 1;
    if (rank >= 5) top5Wrong += 1;
  }
  return { top1Wrong, top5Wrong, images };
}

/** How many classes come before `label`. */
function rankOf(row: Float32Array, label: number): number {
  const own = row[label]!;
  let before = 0;
  for (let k = 0; k < row.length; k++) {
    // Written so that a NaN of our own class counts as last.
    if (k !== label && !(row[k]! < own) && (row[k]! !== own || k < label)) before += 1;
  }
  return before;
}
