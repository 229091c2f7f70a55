/** How scores were made, in words, and the real scales behind them. */
import type { ImportedFrom, TrainingFacts } from '../../nn/checkpoint.js';
import {
  type Choice,
  type EvaluationProtocol,
  type MeanOf,
  type Protocol,
  singleProtocols,
  weightedProtocols,
} from '../../nn/scores.js';
import type { LabelValue } from '../../plan/labels.js';
import type { RowProtocol } from '../../run/table.js';

/** One part for each net and method; the scales that were averaged stand together. */
export function protocolParts(protocol: Protocol): RowProtocol {
  const parts = new Map<string, Weighted[]>();
  const ofLogits = isMeanOf(protocol, 'logits-of-views');
  for (const one of weightedProtocols(protocol)) {
    const { single } = one;
    const key = JSON.stringify([
      ...trainingClauses(single),
      ...[single.method, single.mirror, single.mapAverage, single.rescaling, single.precision],
    ]);
    const part = parts.get(key);
    if (part) part.push(one);
    else parts.set(key, [one]);
  }
  const choice = 'mean' in protocol && protocol.chosen ? [choiceClause(protocol.chosen)] : [];
  const all = [...parts.values()];
  const isEven = areEqual(all.map(weightOf));
  const clauses = all.map((part) => [
    ...trainingClauses(part[0]!.single),
    ...methodClauses(part, ofLogits),
    ...choice,
    ...(isEven ? [] : [`weight ${percent(weightOf(part))}`]),
  ]);
  return {
    joined: isJoinedByLogits(protocol) ? 'logits' : 'posteriors',
    // A mean has its members in an order that says nothing.
    parts: clauses.sort((a, b) => (a.join() < b.join() ? -1 : 1)),
  };
}

/** An evaluation, and its part in a mean. */
type Weighted = ReturnType<typeof weightedProtocols>[number];

function weightOf(part: readonly Weighted[]): number {
  return part.reduce((sum, { weight }) => sum + weight, 0);
}

function areEqual(weights: readonly number[]): boolean {
  return weights.every((weight) => Math.abs(weight - weights[0]!) < 1e-9);
}

function percent(weight: number): string {
  return `${Number((100 * weight).toFixed(1))}%`;
}

/** What joins the parts: the outermost mean of several. */
function isJoinedByLogits(protocol: Protocol): boolean {
  if (!('mean' in protocol)) return false;
  if (protocol.mean.length === 1) return isJoinedByLogits(protocol.mean[0]!);
  return protocol.of === 'logits' || protocol.of === 'logits-of-views';
}

function choiceClause({ metric, members, subsetsTried, everySubset, images }: Choice): string {
  const error = metric === 'top1' ? 'top-1' : 'top-5';
  const tried = everySubset ? `all ${subsetsTried} subsets` : `${subsetsTried} subsets, greedily,`;
  return `the best by ${error} error of ${tried} of ${members} members on ${images} other images`;
}

/** Whether such a mean stands anywhere in a protocol. */
export function isMeanOf(protocol: Protocol, of: MeanOf): boolean {
  return 'mean' in protocol && (protocol.of === of || protocol.mean.some((member) => isMeanOf(member, of)));
}

function trainingClauses({
  net,
  S,
  dataset,
  initialisation,
  importedFrom,
  copied = [],
  steps,
  batch,
  training,
}: EvaluationProtocol): readonly string[] {
  const shape = [`net ${net.net}`, `width ${net.width}, crop ${net.crop} px, ${net.pooling} pooling`];
  if (importedFrom) return [...shape, importClause(importedFrom), `S = ${S} px`];
  return [
    ...shape,
    `initialisation ${initialisation}${copied.length > 0 ? ' of what is new' : ''}, inputs less the mean RGB${initialisation === 'he' ? ' over the deviation of the pixels' : ''}`,
    ...(copied.length > 0 ? [`started from a trained net's ${layersInWords(copied)}`] : []),
    `trained on ${training ? `${training.images} ${training.images === 1 ? 'image' : 'images'} of ` : ''}${dataset}${leftOut(training?.skipped)}`,
    `S = ${S} px`,
    `${steps} ${steps === 1 ? 'step' : 'steps'} of ${batch}`,
    ...(training ? settingClauses(training) : []),
  ];
}

function importClause({ release, file, sha256 }: ImportedFrom): string {
  return `weights of ${release ?? (file === undefined ? 'a file' : `the file ${file}`)}, SHA-256 ${sha256.slice(0, 12)}`;
}

/** Images that could not be decoded (`badImages: skip`). */
function leftOut(skipped: number | undefined): string {
  return skipped ? ` without ${skipped} that cannot be decoded` : '';
}

function settingClauses(training: TrainingFacts): readonly string[] {
  const { rate, schedule, momentum, weightDecay, dropout, augmentation, learnt, precision } = training;
  return [
    `rate ${rate}, ${schedule}`,
    `SGD in Caffe's form with momentum ${momentum}, weight decay ${weightDecay} on weights, dropout ${dropout}`,
    augmentation,
    ...(precision ? [`trained in ${precision}`] : []),
    ...(learnt === 'fc' ? ['only the fully-connected layers learnt'] : []),
  ];
}

function layersInWords(layers: readonly string[]): string {
  return layers.length > 7 ? `${layers.length} layers` : layers.join(', ');
}

function methodClauses(part: readonly Weighted[], ofLogits: boolean): readonly string[] {
  const singles = part.map(({ single }) => single);
  const { method, mirror, mapAverage, skipped, identity, rescaling, precision } = singles[0]!;
  const scales = scalesInWords(part);
  const fewest = Math.min(...singles.map(({ positions }) => positions[0]));
  const most = Math.max(...singles.map(({ positions }) => positions[1]));
  const places = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
  const averages = [
    ...(method === 'dense' ? [`${mapAverage} averaged over positions`] : []),
    ...(mirror
      ? [ofLogits ? "logits averaged with the mirror image's" : 'averaged with the mirror image']
      : []),
    ...(singles.length > 1 ? [`${ofLogits ? 'logits' : 'posteriors'} averaged over the scales`] : []),
    ...(ofLogits && singles.length === 1 ? ['logits averaged over views'] : []),
  ];
  return [
    method,
    `Q = ${scales} px, ${places} ${places === '1' ? 'position' : 'positions'} an image`,
    ...(rescaling ? [`evaluated with ${rescalingInWords(rescaling)}`] : []),
    ...(precision ? [`evaluated in ${precision}`] : []),
    ...(skipped ? [`evaluated${leftOut(skipped)}`] : []),
    ...(identity ? ['images known by path and size, not by their bytes'] : []),
    ...(averages.length > 0 ? [averages.join(', ')] : []),
  ];
}

/** Each once; with its part in the mean, where these differ. */
function scalesInWords(part: readonly Weighted[]): string {
  const weights = new Map<number, number>();
  for (const { single, weight } of part) weights.set(single.Q, (weights.get(single.Q) ?? 0) + weight);
  const isEven = areEqual([...weights.values()]);
  const all = weightOf(part);
  return inOrder([...weights.keys()])
    .map((Q) => (isEven ? `${Q}` : `${Q} (${percent(weights.get(Q)! / all)})`))
    .join(', ');
}

function rescalingInWords({ filter, longSide }: NonNullable<EvaluationProtocol['rescaling']>): string {
  return `${filter} rescaling${longSide === 'floor' ? ', long sides rounded down' : ''}`;
}

/** S and Q in real px; a list where several are behind the scores. */
export function realScales(protocol: Protocol): Readonly<Record<'S' | 'Q', LabelValue>> {
  const singles = singleProtocols(protocol);
  const distinct = (values: readonly (number | string)[]): LabelValue => {
    const set = inOrder([...new Set(values)]);
    return set.length === 1 ? set[0]! : set;
  };
  return { S: distinct(singles.map(({ S }) => S)), Q: distinct(singles.map(({ Q }) => Q)) };
}

/** Numbers by size, ranges after them. */
function inOrder<T extends number | string>(values: readonly T[]): readonly T[] {
  const isRange = (value: T) => Number(typeof value === 'string');
  return [...values].sort(
    (a, b) => isRange(a) - isRange(b) || Number.parseInt(String(a)) - Number.parseInt(String(b)),
  );
}
