/** The 97.5% point of the normal distribution, for 95%. */
const Z = 1.959963984540054;

/**
 * The change of an error rate between two nets on the same images. Images that both get right, or both wrong,
 * say nothing about it, so the interval is much narrower than those of the two rates.
 *
 * Agresti and Min (2005), Statistics in Medicine 24, sect. 3: the variance of a difference of paired proportions,
 * ((n01 + n10)/n - d^2)/n with d = (n01 - n10)/n, after half an image is added to each of the four counts. Without
 * that four images that change sides would be a clear change, and none at all a certain one; for many it is the same.
 * @param from 1 for each image that the first net gets wrong
 * @param to likewise of the second, in the same order
 * @returns the change and its 95% interval in points: second less first
 */
export function pairedChange(
  from: Uint8Array,
  to: Uint8Array,
): { readonly change: number; readonly interval: readonly [number, number] } {
  let worse = 0;
  let better = 0;
  for (let i = 0; i < from.length; i++) {
    if (to[i]! > from[i]!) worse += 1;
    if (to[i]! < from[i]!) better += 1;
  }
  const images = from.length + 2;
  const centre = (worse - better) / images;
  const variance = ((worse + better + 1) / images - centre ** 2) / images;
  const spread = Z * Math.sqrt(variance);
  return {
    change: (100 * (worse - better)) / from.length,
    interval: [100 * (centre - spread), 100 * (centre + spread)],
  };
}
