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

/** The 95% interval of an error rate in per cent that one run was measured at, in per cent. */
export function errorInterval(percent: number, images: number): readonly [number, number] {
  const [low, high] = wilsonInterval(Math.round((percent * images) / 100), images);
  return [100 * low, 100 * high];
}
