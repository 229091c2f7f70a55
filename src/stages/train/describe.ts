/** What a checkpoint says of its training. */
import type { AugmentationPolicy } from '../../image/augmentation.js';
import type { CheckpointDescription, TrainingFacts } from '../../nn/checkpoint.js';
import type { Net, NetShape } from '../../nn/net.js';
import { builtInLayers } from '../../nn/nets.js';
import type { TrainParameters } from './definition.js';
import type { Schedule } from './schedule.js';
import type { Start } from './start.js';

export interface Trained {
  readonly net: Net;
  readonly start: Start;
  readonly classes: readonly string[];
  readonly steps: number;
  readonly policy: AugmentationPolicy;
  /** That were learnt from. */
  readonly images: number;
  /** That cannot be decoded. */
  readonly skipped: number;
  /** That were watched; 0 where none were. */
  readonly watched: number;
}

/** What is built, of so many classes. */
export function shapeOf(parameters: TrainParameters, classes: number): NetShape {
  const { net, width, crop, pooling } = parameters;
  const layers = parameters.layers ?? builtInLayers(net);
  if (!layers) throw new Error(`Internal error: no net "${net}"`);
  return { net, layers, width, crop, pooling, classes };
}

export function describeTraining(
  parameters: TrainParameters,
  { net, start, classes, steps, policy, images, skipped, watched }: Trained,
): CheckpointDescription {
  const { S, initialisation, batch } = parameters;
  return {
    format: 1,
    shape: net.shape,
    classes,
    mean: start.normalisation.meanRgb,
    inputScale: start.normalisation.scale,
    channelOrder: 'RGB',
    flattenOrder: 'HWC',
    S,
    initialisation,
    copied: start.copied,
    trainings: start.trainings + 1,
    training: { images, ...(skipped > 0 && { skipped }), ...factsOf(parameters, policy, watched) },
    steps,
    batch,
  };
}

function factsOf(
  parameters: TrainParameters,
  policy: AugmentationPolicy,
  watched: number,
): Omit<TrainingFacts, 'images' | 'skipped'> {
  const { rate, schedule, momentum, weightDecay, dropout, fineTune, precision } = parameters;
  return {
    ...{ rate, momentum, weightDecay, dropout, learnt: fineTune },
    schedule: scheduleInWords(schedule, parameters, watched),
    augmentation: policyInWords(policy),
    ...(precision !== 'float32' && { precision }),
  };
}

function scheduleInWords(schedule: Schedule, { watch }: TrainParameters, count: number): string {
  const images = count === 1 ? 'image' : 'images';
  const watched = watch === 'held-out' ? `${count} ${images} held out` : `the ${count} validation ${images}`;
  if (schedule.kind === 'steps') {
    const parts = schedule.at.map((part) => `${percent(part)}%`).join(' and ');
    const drops = parts === '' ? 'kept' : `times ${schedule.factor} after ${parts} of the steps`;
    return watch === 'held-out' ? `${drops} (${watched} to be watched)` : drops;
  }
  const { factor, metric, patience, minDelta, drops } = schedule;
  return `times ${factor} at a plateau of ${patience} epochs of ${metric} on ${watched} (less than ${minDelta} better), at most ${drops} times`;
}

/** Without the digits that binary fractions add: 0.07 is 7%. */
function percent(part: number): number {
  return Number((100 * part).toPrecision(12));
}

function policyInWords({ crop, mirror, colour, colourSd }: AugmentationPolicy): string {
  const shift = {
    pca: [`colour shift by the PCA's standard deviations times N(0, ${colourSd}^2)`],
    'pca-literal': [`colour shift by the PCA's variances times N(0, ${colourSd}^2)`],
    none: [],
  }[colour];
  return [`bilinear rescaling, ${crop} crop`, ...(mirror ? ['mirror'] : []), ...shift].join(', ');
}
