import { MEAN_KIND } from '../../plan/mean-draft.js';
import { readLogPosteriors, readScores, type Scores, writeScores } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import { breathe, Stage, type StageTask, TaskError } from '../../run/stage.js';
import type { MeanParameters } from './definition.js';

export class MeanStage extends Stage<MeanParameters> {
  readonly kind = MEAN_KIND;

  /** Posteriors and their logarithms of one member are in memory at a time, besides the sums and the first member. */
  async run({ parameters, inputs, output, reporter, signal }: StageTask<MeanParameters>): Promise<void> {
    const readers = inputs['scores']!;
    const weights = parameters.weights ?? readers.map(() => 1);
    const total = weights.reduce((a, b) => a + b, 0);
    let first: Scores | undefined;
    let sum = new Float64Array(0);
    let logSum = new Float64Array(0);
    const protocols: Scores['protocol'][] = [];
    for (const [i, reader] of readers.entries()) {
      const scores = await readScores(reader);
      first ??= scores;
      checkSame(first, scores);
      if (i === 0) {
        sum = new Float64Array(scores.posteriors.length);
        logSum = new Float64Array(scores.posteriors.length);
      }
      const weight = weights[i]! / total;
      for (const [j, p] of scores.posteriors.entries()) sum[j]! += weight * p;
      for (const [j, log] of (await readLogPosteriors(reader)).entries()) logSum[j]! += weight * log;
      protocols.push(scores.protocol);
      reporter.progress(i + 1, readers.length, 'matrices');
      await breathe(signal);
    }
    const mean: Scores = {
      ...first!,
      posteriors: Float32Array.from(sum),
      protocol: { mean: protocols, ...(parameters.weights && { weights: parameters.weights }) },
    };
    const { top1Wrong, top5Wrong, images } = topErrors(mean.posteriors, mean.labels);
    reporter.metric('top1_error_percent', (100 * top1Wrong) / images, 0);
    reporter.metric('top5_error_percent', (100 * top5Wrong) / images, 0);
    for (const [file, bytes] of Object.entries(writeScores(mean, Float32Array.from(logSum))))
      await output.write(file, bytes);
  }
}

/** Posteriors of other images, or of classes in another order, have no mean. */
function checkSame(a: Scores, b: Scores): void {
  const differs = (x: readonly unknown[], y: readonly unknown[]) =>
    x.length !== y.length || x.some((item, i) => item !== y[i]);
  if (differs(a.ids, b.ids) || differs(a.labels, b.labels))
    throw new TaskError('The scores to be averaged are of other images than each other.');
  if (differs(a.classes, b.classes))
    throw new TaskError(
      'The scores to be averaged are of other classes than each other, or in another order.',
    );
}
