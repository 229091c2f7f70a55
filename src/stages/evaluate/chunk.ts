/** How many images are decoded and evaluated together: as many as fit, since those of one size are computed together. */

const CHUNK_BYTES = 192 * 2 ** 20;
export const MAX_CHUNK = 2048;

/** Of an image at most: they are hardly longer than twice their smallest side. @param Q real px */
export function imageBytes(Q: number): number {
  return 2 * Q * Q * 3;
}

export function chunkAt(Q: number, most = MAX_CHUNK): number {
  return Math.max(1, Math.min(most, Math.floor(CHUNK_BYTES / imageBytes(Q))));
}
