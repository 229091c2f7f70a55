/** The errors of the paper's tables (Sect. 4): parts of the images whose class is not among the first guesses. */
import { readScores } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import type { Metric } from '../../run/metric.js';
import type { ArtifactReader } from '../../run/stage.js';
import { METRIC_SCHEMAS } from './metric-schemas.js';

const HEADINGS = { top1: 'top-1 error, %', top5: 'top-5 error, %' } as const;

interface Judged {
  readonly ids: readonly string[];
  readonly things?: readonly string[];
  readonly top1: Uint8Array;
  readonly top5: Uint8Array;
}

export const TABLE_METRICS: readonly Metric[] = (['top1', 'top5'] as const).map((name) => ({
  ...METRIC_SCHEMAS.find((schema) => schema.name === name)!,
  heading: HEADINGS[name],
  measure: async (artifact) => {
    const { [name]: wrong } = await judged(artifact);
    return (100 * wrong.reduce((a, b) => a + b, 0)) / wrong.length;
  },
  outcomes: async (artifact) => {
    const { ids, things, [name]: wrong } = await judged(artifact);
    return { ids, wrong, ...(things && { things }) };
  },
}));

/** Scores of 50,000 images of 1,000 classes have 200 MB: each is read once for all metrics. */
const known = new WeakMap<ArtifactReader, Promise<Judged>>();

function judged(artifact: ArtifactReader): Promise<Judged> {
  const before = known.get(artifact);
  if (before) return before;
  const now = judge(artifact);
  known.set(artifact, now);
  return now;
}

async function judge(artifact: ArtifactReader): Promise<Judged> {
  const { posteriors, labels, ids, things, classes } = await readScores(artifact);
  const [top1, top5] = [new Uint8Array(ids.length), new Uint8Array(ids.length)];
  for (const [i, label] of labels.entries()) {
    const row = posteriors.subarray(i * classes.length, (i + 1) * classes.length);
    const { top1Wrong, top5Wrong } = topErrors(row, [label]);
    top1[i] = top1Wrong;
    top5[i] = top5Wrong;
  }
  return { ids, ...(things && { things }), top1, top5 };
}
