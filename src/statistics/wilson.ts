import { clusteredMean } from './clustered-mean.js';

/**
 * Wilson's interval of a proportion (Wilson 1927): holds its level for small samples and near 0 and 1.
 * @returns [low, high], parts of 1
 */
export function wilsonInterval(hits: number, trials: number): [number, number] {
  // The 97.5% point of the normal distribution, for 95%.
  const z = 1.959963984540054;
  const p = hits / trials;
  const centre = p + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/**
 * The 95% interval of a rate over images of which some show one thing. The images are taken to be as many as they are worth
 * (Kish 1965: the design effect, the variance of the rate over things by that over images).
 * @param wrong 1 for each image that counts, 0 otherwise
 * @param things what each image shows
 * @returns [low, high], parts of 1
 */
export function rateInterval(wrong: Uint8Array, things: readonly string[]): [number, number] {
  const images = wrong.length;
  const distinct = new Set(things).size;
  const hits = wrong.reduce((sum, one) => sum + one, 0);
  if (distinct === images) return wilsonInterval(hits, images);
  // Of images that are all right, or all wrong, those of one thing may be one observation.
  if (hits === 0 || hits === images) return wilsonInterval(hits === 0 ? 0 : distinct, distinct);
  const { value, standardError } = clusteredMean(Float64Array.from(wrong), things);
  const worth = Math.min(images, (value * (1 - value)) / standardError ** 2);
  return wilsonInterval(value * worth, worth);
}
