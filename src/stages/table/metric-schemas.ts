import type { MetricSchema } from '../../spec/schema.js';

/** The metrics that come with us, for the plan: what computes them is in the worker. */
export const METRIC_SCHEMAS: readonly MetricSchema[] = [
  {
    name: 'top1',
    artifact: 'scores',
    description: 'Images whose class is not the first guess, per cent.',
    isErrorRate: true,
  },
  {
    name: 'top5',
    artifact: 'scores',
    description: 'Images whose class is not among the first five guesses, per cent.',
    isErrorRate: true,
  },
  {
    name: 'boxError',
    artifact: 'boxes',
    description:
      'Images without a right class whose box overlaps the true one by more than a half, per cent.',
    isErrorRate: true,
  },
  {
    name: 'score',
    artifact: 'predictions',
    description: 'Mean average precision (VOC) or mean class recall (Caltech), per cent.',
    isErrorRate: false,
  },
];
