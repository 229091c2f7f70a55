/** The steps of a table: how far each metric goes from one row to another, how sure that is, and what the paper's does. */
import type { TableStepPlan } from '../../plan/table-steps.js';
import type { Metric, Outcomes } from '../../run/metric.js';
import type { ArtifactReader } from '../../run/stage.js';
import type { StepChange, TableCell, TableRow, TableStep, Verdict } from '../../run/table.js';
import { meanChange } from '../../statistics/mean-change.js';
import { clusteredMean } from '../../statistics/clustered-mean.js';
import { tQuantile } from '../../statistics/student-t.js';
import { pairedChange } from '../../statistics/paired-change.js';

/** A row of ours, with the results behind it. */
export interface OwnRow {
  readonly row: TableRow;
  readonly artifacts: readonly ArtifactReader[];
}

export async function stepOf(
  { rows: [first, second], paperChange, axis, from, to, same }: TableStepPlan,
  rows: readonly OwnRow[],
  metrics: readonly Metric[],
): Promise<TableStep> {
  const changes: Record<string, StepChange> = {};
  for (const metric of metrics) {
    const [before, after] = [rows[first]!, rows[second]!];
    const [a, b] = [before.row.metrics[metric.name]!, after.row.metrics[metric.name]!];
    const own = await changeOf(metric, [before, after]);
    const paper = paperChange[metric.name] ?? printedChange(a, b);
    changes[metric.name] = { ...own, paper, verdict: paper === null ? null : verdictOf(own, paper) };
  }
  return { axis, from, to, same, changes };
}

type OwnChange = Pick<StepChange, 'change' | 'interval' | 'from'>;

/** One run on each side: image by image. Several on both: by their spread. Else nothing says how sure it is. */
async function changeOf(metric: Metric, [before, after]: readonly [OwnRow, OwnRow]): Promise<OwnChange> {
  const [a, b] = [before, after].map(({ row }) => ({ ...row.metrics[metric.name]!, runs: row.runs }));
  const change = b!.value! - a!.value!;
  if (a!.sd !== null && b!.sd !== null)
    return {
      ...meanChange({ ...a!, value: a!.value!, sd: a!.sd }, { ...b!, value: b!.value!, sd: b!.sd }),
      from: 'runs',
    };
  if (!metric.outcomes || a!.runs !== 1 || b!.runs !== 1) return { change, interval: null, from: null };
  const first = await metric.outcomes(before.artifacts[0]!);
  const second = await metric.outcomes(after.artifacts[0]!);
  if (!areOfSameImages(first, second)) return { change, interval: null, from: null };
  return { ...changeOnImages(first, second), from: 'images' };
}

function changeOnImages({ wrong: from, things }: Outcomes, { wrong: to }: Outcomes) {
  if (!things) return pairedChange(from, to);
  const differences = Float64Array.from(from, (wrong, i) => 100 * (to[i]! - wrong));
  const least = 100 / from.length;
  const { value: change, standardError, freedom } = clusteredMean(differences, things, least);
  const spread = tQuantile(0.975, freedom) * standardError;
  return { change, interval: [change - spread, change + spread] as const };
}

function areOfSameImages({ ids: a }: Outcomes, { ids: b }: Outcomes): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** The paper prints one decimal: what arithmetic adds behind it is no change. */
function printedChange(from: TableCell, to: TableCell): number | null {
  if (from.paper === null || to.paper === null) return null;
  return Math.round((to.paper - from.paper) * 1e6) / 1e6;
}

function verdictOf({ change, interval }: OwnChange, paper: number): Verdict {
  if (!interval) return 'no interval';
  if (interval[0] <= 0 && interval[1] >= 0) return 'not clear';
  if (paper === 0) return 'paper unchanged';
  return Math.sign(change) === Math.sign(paper) ? 'same sign' : 'opposite sign';
}
