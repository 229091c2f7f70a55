/** From score maps to posteriors, in the paper's order: scores are averaged over positions before the soft-max (Sect. 3.2). */
import type { ScoreMap } from './engine.js';

/**
 * @returns [count, classes], row-major: each image's scores averaged over all positions, before the soft-max
 */
export function meanScores(map: ScoreMap): Float64Array {
  const { count, rows, columns, classes, data } = map;
  const positions = rows * columns;
  const means = new Float64Array(count * classes);
  for (let image = 0; image < count; image++) {
    for (let position = 0; position < positions; position++) {
      const from = (image * positions + position) * classes;
      for (let k = 0; k < classes; k++) means[image * classes + k]! += data[from + k]! / positions;
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
