import type { NetShape } from '../../nn/net.js';
import { builtInLayers } from '../../nn/nets.js';
import { type EvaluationProtocol, type Protocol, singleProtocols } from '../../nn/scores.js';
import { formatLabel, type Labels, type LabelValue, sameLabel } from '../../plan/labels.js';
import type { MeasuredOn, PaperTable } from '../../spec/paper-table.js';
import type { Unlike } from '../../run/table.js';
import { isMeanOf, realScales } from './protocol-clauses.js';

/** A row of ours beside the row of the paper that it is joined with. */
export interface JoinedRow {
  readonly labels: Labels;
  readonly printed: PaperTable['rows'][number];
  readonly protocol: Protocol;
  readonly images: number;
  readonly classes: number;
}

/** The methods of the paper that average over mirror images (Sect. 3.2). */
const MIRRORED: readonly string[] = ['dense', 'multi-crop'];

/** A spec may call a net of its own as one of Table 1 is called. */
function hasPapersLayers({ net, layers }: NetShape): boolean {
  return JSON.stringify(layers) === JSON.stringify(builtInLayers(net));
}

/**
 * In what a row was measured otherwise than the paper's: only where it is nothing may the two be subtracted. What
 * nets are like after training is the result, so how they were trained does not count.
 */
export function unlikePaper(
  row: JoinedRow,
  paper: PaperTable & { readonly measuredOn: MeasuredOn },
): readonly Unlike[] {
  const { measuredOn } = paper;
  const singles = singleProtocols(row.protocol);
  const printed = (column: string) => row.printed[paper.columns.indexOf(column)] as LabelValue | undefined;
  const found: Unlike[] = [];
  const compare = (
    what: string,
    of: (single: EvaluationProtocol) => string | number,
    theirs: string | number,
  ) => {
    const ours = [...new Set(singles.map(of))].sort().join(' & ');
    if (ours !== String(theirs)) found.push({ what, ours, paper: String(theirs) });
  };
  compare('dataset', ({ dataset }) => dataset, measuredOn.dataset);
  compare('images', () => row.images, measuredOn.images);
  compare('classes', () => row.classes, measuredOn.classes);
  compare('width', ({ net }) => net.width, measuredOn.width);
  compare('crop', ({ net }) => net.crop, measuredOn.crop);
  if (measuredOn.weights !== undefined)
    compare('weights', ({ importedFrom }) => importedFrom?.trainedBy ?? 'others', measuredOn.weights);
  const net = printed('net');
  if (typeof net === 'string') compare('net', (single) => single.net.net, net);
  compare('pooling', (single) => single.net.pooling, measuredOn.pooling ?? 'ceil');
  if (singles.some((single) => !hasPapersLayers(single.net)))
    found.push({ what: 'layers', ours: "the spec's own", paper: "Table 1's" });
  const methods = formatLabel(printed('method') ?? measuredOn.method ?? 'dense').split(' & ');
  compare('method', ({ method }) => method, methods.sort().join(' & '));
  if (singles.some(({ method, mapAverage }) => method === 'dense' && mapAverage === 'posteriors'))
    found.push({ what: 'average over positions', ours: 'posteriors', paper: 'scores' });
  if (isMeanOf(row.protocol, 'logits') || isMeanOf(row.protocol, 'logits-of-views'))
    found.push({ what: 'average', ours: 'logits', paper: 'posteriors' });
  if (singles.some((single) => MIRRORED.includes(single.method) && !single.mirror))
    found.push({ what: 'mirror images', ours: 'left out', paper: 'averaged' });
  for (const [axis, real] of Object.entries(realScales(row.protocol))) {
    // Means over nets of several scales have none; their crop says whether px are the paper's.
    const wanted = printed(axis) ?? row.labels[axis];
    if (wanted !== undefined && wanted !== null && !sameLabel(wanted, real))
      found.push({ what: axis, ours: formatLabel(real), paper: formatLabel(wanted) });
  }
  return found;
}
