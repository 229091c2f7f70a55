/** What stands beside an exported net, as JSON: what to do with an image before, what the scores mean, where it is from. */
import type { CheckpointDescription } from '../checkpoint.js';
import type { ExportedNet } from './exported-net.js';
import type { FormatName } from './formats.js';
import { torchModules, torchvisionName } from './torch-modules.js';

/** Which checkpoint it was. */
export interface Origin {
  /** SHA-256 of the checkpoint's weights. */
  readonly weightsSha256: string;
  /** The task that made it and the digest of all that it made; absent for a folder that is no artifact. */
  readonly recipe?: string;
  readonly kind?: string;
  readonly version?: string;
  readonly output?: string;
}

export interface CardFacts {
  readonly description: CheckpointDescription;
  readonly exported: ExportedNet;
  readonly format: FormatName;
  /** The model's file. */
  readonly file: string;
  readonly dense: boolean;
  readonly origin: Origin;
}

/** Where a training says nothing else, e.g. of an imported net. */
const USUAL_DROPOUT = 0.5;

export function modelCard({ description, exported, format, file, dense, origin }: CardFacts) {
  const { shape, classes, training, importedFrom } = description;
  const { mean } = description;
  const scale = scaleByChannel(description.inputScale);
  const sides = dense ? (['H', 'W'] as const) : ([shape.crop, shape.crop] as const);
  const channelsLast = format === 'tfjs';
  const modules = torchModules(exported, training?.dropout ?? USUAL_DROPOUT);
  const torchvision = torchvisionName(exported.net);
  return {
    format: 1,
    model: file,
    modelFormat: format,
    input: {
      ...(format !== 'safetensors' && { name: 'image' }),
      layout: channelsLast ? 'NHWC' : 'NCHW',
      shape: channelsLast ? ['N', ...sides, 3] : ['N', 3, ...sides],
      type: 'float32',
      channelOrder: 'RGB',
      // The model does not do it: this is what it expects to be done.
      normalised: '(pixel - mean) * scale, by channel, of pixels from 0 to 255',
      mean,
      scale,
      // For pixels from 0 to 1, as torchvision.transforms.Normalize takes them after ToTensor.
      normalisedFromUnit: {
        formula: '(pixel / 255 - mean) / std',
        mean: mean.map((value) => value / 255),
        std: scale.map((value) => 1 / (255 * value)),
      },
    },
    geometry: {
      trainedAt: description.S,
      smallestSide: middleOf(description.S),
      rescaling:
        'the whole image, its aspect ratio kept: bilinear with antialiasing (a triangle as wide as the reduction, as Pillow does); long side floor(smallest * long / short + 0.5)',
      crop: dense ? null : { side: shape.crop, position: 'centre, an odd px of room right and below' },
      ignored: 'EXIF orientation, colour profiles and alpha; grey images have their one channel three times',
    },
    output: {
      ...(format === 'onnx' && { name: 'scores' }),
      shape: ['N', classes.length],
      meaning: dense
        ? 'class scores before the soft-max, averaged over the positions of the map'
        : 'class scores before the soft-max',
      classes,
    },
    net: {
      name: shape.net,
      layers: shape.layers,
      width: shape.width,
      crop: shape.crop,
      pooling: shape.pooling,
    },
    ...(format === 'safetensors' && {
      pytorch: {
        ...(torchvision !== undefined && {
          torchvision: `torchvision.models.${torchvision}(num_classes=${classes.length})`,
        }),
        forward: 'classifier(torch.flatten(features(x), 1))',
        modules,
      },
    }),
    training: {
      ...training,
      initialisation: description.initialisation,
      steps: description.steps,
      batch: description.batch,
      ...(description.copied && { copied: description.copied }),
      ...(description.trainings !== undefined && { trainings: description.trainings }),
      ...(importedFrom && { importedFrom }),
    },
    source: { program: 'Stagecraft', ...origin },
  };
}

/** Of R, G, B. */
function scaleByChannel(scale: CheckpointDescription['inputScale']): readonly number[] {
  return typeof scale === 'number' ? [scale, scale, scale] : scale;
}

/** The middle of a range, which is where the paper tests nets that were trained on one (Table 3). */
function middleOf(S: CheckpointDescription['S']): number {
  if (typeof S === 'number') return S;
  const [least, most] = S.split('..').map(Number) as [number, number];
  return Math.floor((least + most) / 2);
}
