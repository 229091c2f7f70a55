/** From score maps to posteriors (Sect. 3.2). */
import type { ScoreMap } from './engine.js';

/**
 * What is averaged over the positions of a score map: the paper's way is the scores, before the soft-max; the other
 * one is the posterior of each position, after it.
 */
export type MapAverage = 'scores' | 'posteriors';

/** @returns [count, classes], row-major: natural logarithms of each image's posteriors */
export function logPosteriorsOf(map: ScoreMap, average: MapAverage): Float64Array {
  const { classes, data } = map;
  if (average === 'scores') return logSoftmaxRows(meanScores(map), classes);
  const posteriors = softmaxRows(Float64Array.from(data), classes);
  // Of a posterior that rounds to 0 there is no logarithm.
  return meanOverPositions(map, posteriors).map((p) => Math.log(Math.max(Number.MIN_VALUE, p)));
}

/** @returns [count, classes], row-major: each image's scores averaged over all positions, before the soft-max */
export function meanScores(map: ScoreMap): Float64Array {
  return meanOverPositions(map, map.data);
}

/** @param values one for each of the map's */
function meanOverPositions(
  { count, rows, columns, classes }: ScoreMap,
  values: Float32Array | Float64Array,
): Float64Array {
  const positions = rows * columns;
  const means = new Float64Array(count * classes);
  for (let image = 0; image < count; image++) {
    for (let position = 0; position < positions; position++) {
      const from = (image * positions + position) * classes;
      for (let k = 0; k < classes; k++) means[image * classes + k]! += values[from + k]! / positions;
    }
  }
  return means;
}

/** Soft-max of each row of [count, classes]. */
export function softmaxRows(scores: Float64Array, classes: number): Float64Array {
  return logSoftmaxRows(scores, classes).map(Math.exp);
}

/** Natural logarithm of the soft-max of each row of [count, classes]. */
export function logSoftmaxRows(scores: Float64Array, classes: number): Float64Array {
  const logs = new Float64Array(scores.length);
  for (let row = 0; row < scores.length; row += classes) {
    let highest = -Infinity;
    for (let k = row; k < row + classes; k++) highest = Math.max(highest, scores[k]!);
    let sum = 0;
    for (let k = row; k < row + classes; k++) sum += Math.exp(scores[k]! - highest);
    const logSum = Math.log(sum);
    for (let k = row; k < row + classes; k++) logs[k] = scores[k]! - highest - logSum;
  }
  return logs;
}
