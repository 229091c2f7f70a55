/** The errors of the paper's tables (Sect. 4): parts of the images whose class is not among the first guesses. */
import { readScores } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import type { Metric } from '../../run/metric.js';
import { METRIC_SCHEMAS } from './metric-schemas.js';

const HEADINGS = { top1: 'top-1 error, %', top5: 'top-5 error, %' } as const;

export const TABLE_METRICS: readonly Metric[] = (['top1', 'top5'] as const).map((name) => ({
  ...METRIC_SCHEMAS.find((schema) => schema.name === name)!,
  heading: HEADINGS[name],
  isErrorRate: true,
  measure: async (artifact) => {
    const { posteriors, labels } = await readScores(artifact);
    const { top1Wrong, top5Wrong, images } = topErrors(posteriors, labels);
    return (100 * (name === 'top1' ? top1Wrong : top5Wrong)) / images;
  },
}));
