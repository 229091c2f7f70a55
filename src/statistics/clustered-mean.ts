/** A mean over images of which some belong together, and how sure it is. */

/** An estimate as the tests here take it. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  /** Degrees of freedom of its t. */
  readonly freedom: number;
}

/**
 * The mean of values, images of one cluster counted as one observation: the linearised variance of a ratio of sums
 * (Cochran 1977, sect. 9A.2). With each image its own cluster it is the mean of a t test.
 * @param values one an image, at least two clusters of them
 * @param clusters by image, what it belongs to
 * @param least that the standard error is set to where the values hardly differ: a sample without a change is no certainty
 */
export function clusteredMean(values: Float64Array, clusters: readonly string[], least = 0): Estimate {
  const value = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviations = new Map<string, number>();
  for (const [i, cluster] of clusters.entries())
    deviations.set(cluster, (deviations.get(cluster) ?? 0) + (values[i]! - value));
  const count = deviations.size;
  const squares = [...deviations.values()].reduce((sum, x) => sum + x * x, 0);
  const standardError = Math.sqrt((count / (count - 1)) * squares) / values.length;
  return { value, standardError: Math.max(least, standardError), freedom: count - 1 };
}
