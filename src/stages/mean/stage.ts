import { MEAN_KIND } from '../../plan/mean-draft.js';
import { softmaxRows } from '../../nn/posterior.js';
import { scoresDiffer } from '../../nn/scores-differ.js';
import { emptyScores, readScoreFacts, readScoreParts, readScores, type ScoreFacts } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import { type ArtifactReader, breathe, Stage, type StageTask, TaskError } from '../../run/stage.js';
import type { MeanParameters } from './definition.js';

/** Numbers of each member that are in memory at a time, at least a row of classes. */
const PART = 2 ** 18;

/** The smallest normal number of float32: a posterior that rounds to 0 has a logarithm too. */
const SMALLEST = 2 ** -126;

export class MeanStage extends Stage<MeanParameters> {
  readonly kind = MEAN_KIND;

  async run({ parameters, inputs, output, reporter, signal }: StageTask<MeanParameters>): Promise<void> {
    const readers = inputs['scores']!;
    const members = await factsOf(readers);
    const { ids, labels, things, classes } = members[0]!;
    const { weights, of } = parameters;
    const mean = emptyScores({
      ids,
      ...(things && { things }),
      labels,
      classes,
      protocol: {
        mean: members.map(({ protocol }) => protocol),
        ...(weights && { weights }),
        ...(of && { of }),
      },
    });
    const rows = Math.max(1, Math.floor(PART / classes.length));
    let done = 0;
    for await (const part of meanParts(readers, parameters, rows * classes.length)) {
      if (!part.every(Number.isFinite)) throw await noNumbers(readers);
      const posteriors = of === undefined ? part : softmaxRows(part, classes.length);
      mean.posteriors.set(posteriors, done * classes.length);
      done += part.length / classes.length;
      reporter.progress(done, ids.length, 'images');
      await breathe(signal);
    }
    const { top1Wrong, top5Wrong, images } = topErrors(mean.posteriors, labels);
    reporter.metric('top1_error_percent', (100 * top1Wrong) / images, 0);
    reporter.metric('top5_error_percent', (100 * top5Wrong) / images, 0);
    for (const [file, bytes] of Object.entries(mean.files)) await output.write(file, bytes);
  }
}

/** @throws TaskError if members are of other images, or of classes in another order: they have no mean */
async function factsOf(readers: readonly ArtifactReader[]): Promise<readonly ScoreFacts[]> {
  const members: ScoreFacts[] = [];
  for (const reader of readers) members.push(await readScoreFacts(reader));
  for (const member of members) {
    const differ = scoresDiffer(members[0]!, member);
    if (differ !== undefined) throw new TaskError(differ);
  }
  return members;
}

/** Weighted sums of the members' next numbers, in float64; each part is gone when the next is asked for. */
async function* meanParts(
  readers: readonly ArtifactReader[],
  { weights = readers.map(() => 1), of }: MeanParameters,
  numbers: number,
): AsyncGenerator<Float64Array> {
  const total = weights.reduce((a, b) => a + b, 0);
  const file = of === 'logits-of-views' ? 'log-posteriors' : 'posteriors';
  const sources = readers.map((reader) => readScoreParts(reader, file, numbers));
  const sum = new Float64Array(numbers);
  try {
    for (;;) {
      let length: number | undefined;
      for (const [m, source] of sources.entries()) {
        const { value: part } = await source.next();
        if (!part) continue;
        if (m === 0) sum.fill(0);
        length = part.length;
        addWeighted(sum, part, weights[m]! / total, of === 'logits');
      }
      if (length === undefined) return;
      yield sum.subarray(0, length);
    }
  } finally {
    for (const source of sources) await source.return();
  }
}

function addWeighted(sum: Float64Array, part: Float32Array, weight: number, ofLogs: boolean): void {
  if (ofLogs)
    for (let i = 0; i < part.length; i++) sum[i]! += weight * Math.log(Math.max(SMALLEST, part[i]!));
  else for (let i = 0; i < part.length; i++) sum[i]! += weight * part[i]!;
}

/** Which member is to blame; read whole, so that a damaged file is told as such. */
async function noNumbers(readers: readonly ArtifactReader[]): Promise<Error> {
  for (const reader of readers) {
    const error = await readScores(reader).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof Error) return error;
  }
  throw new Error('Internal error: a mean of numbers is none');
}
