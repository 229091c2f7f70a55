/** Which part of each batch is a worker's, where several train one net together (data parallelism). */

export interface Share {
  /** From 0. */
  readonly rank: number;
  /** How many there are. */
  readonly workers: number;
}

/** Workers that meet, each in a process of its own. */
export interface Cluster extends Share {
  /** `host:port` of each, by rank; the same on all. */
  readonly addresses: readonly string[];
}

export const ALONE: Share = { rank: 0, workers: 1 };

/** The part of `count` things in order that is this worker's: each is one's, and no two have more than one to differ. */
export function ownPart(
  { rank, workers }: Share,
  count: number,
): { readonly first: number; readonly count: number } {
  const first = Math.floor((rank * count) / workers);
  return { first, count: Math.floor(((rank + 1) * count) / workers) - first };
}
