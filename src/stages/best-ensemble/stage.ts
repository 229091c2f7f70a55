import { emptyScores, readScoreFacts, readScores, type Scores } from '../../nn/scores.js';
import { scoresDiffer } from '../../nn/scores-differ.js';
import { topErrors } from '../../nn/top-error.js';
import { type ArtifactReader, breathe, Stage, type StageTask, TaskError } from '../../run/stage.js';
import type { BestEnsembleParameters } from './definition.js';
import { bestSubset, type SearchedScores } from './search.js';
import { halves } from './halves.js';

export class BestEnsembleStage extends Stage<BestEnsembleParameters> {
  readonly kind = 'best-ensemble';

  /** One half of each matrix is in memory for the search; the other half is read of the chosen ones alone. */
  async run({
    parameters,
    inputs,
    output,
    reporter,
    signal,
  }: StageTask<BestEnsembleParameters>): Promise<void> {
    const readers = inputs['scores']!;
    const first = await readScoreFacts(readers[0]!);
    const { searched, judged } = halves(first.labels, first.things ?? first.ids);
    if (searched.length === 0 || judged.length === 0)
      throw new TaskError(
        'A search needs things to search on and others to judge by: images of two at least in one class.',
      );
    const members: Float32Array[] = [];
    for (const reader of readers) members.push(rowsOf(await checked(reader, first), searched));
    const labels = searched.map((image) => first.labels[image]!);
    const scores: SearchedScores = { members, labels, classes: first.classes.length };
    const { metric, most = readers.length } = parameters;
    const found = await bestSubset(scores, {
      ...{ metric, most },
      tried: async (done, total) => {
        reporter.progress(done, total, 'subsets');
        await breathe(signal);
      },
    });
    const chosen: Scores[] = [];
    for (const index of found.subset) chosen.push(await readScores(readers[index]!));
    const best = emptyScores({
      ids: judged.map((image) => first.ids[image]!),
      ...(first.things && { things: judged.map((image) => first.things![image]!) }),
      labels: judged.map((image) => first.labels[image]!),
      classes: first.classes,
      protocol: {
        mean: chosen.map(({ protocol }) => protocol),
        chosen: {
          metric,
          members: readers.length,
          subsetsTried: found.subsetsTried,
          everySubset: found.isExhaustive,
          images: searched.length,
        },
      },
    });
    const rows = chosen.map((member) => rowsOf(member, judged));
    for (let i = 0; i < best.posteriors.length; i++)
      best.posteriors[i] = rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length;
    const { top1Wrong, top5Wrong, images } = topErrors(
      best.posteriors,
      judged.map((image) => first.labels[image]!),
    );
    reporter.metric('top1_error_percent', (100 * top1Wrong) / images, 0);
    reporter.metric('top5_error_percent', (100 * top5Wrong) / images, 0);
    for (const [file, bytes] of Object.entries(best.files)) await output.write(file, bytes);
  }
}

async function checked(reader: ArtifactReader, first: Parameters<typeof scoresDiffer>[0]): Promise<Scores> {
  const scores = await readScores(reader);
  const differ = scoresDiffer(first, scores);
  if (differ !== undefined) throw new TaskError(differ);
  return scores;
}

function rowsOf({ posteriors, classes }: Scores, images: readonly number[]): Float32Array {
  const rows = new Float32Array(images.length * classes.length);
  for (const [row, image] of images.entries())
    rows.set(posteriors.subarray(image * classes.length, (image + 1) * classes.length), row * classes.length);
  return rows;
}
