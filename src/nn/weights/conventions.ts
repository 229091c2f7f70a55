/** What a net expects of its input, which files of weights do not say: by what each format's known nets were trained with. */
import type { Pooling } from '../pooling.js';
import type { ChannelOrder, FlattenOrder, WeightsFormat } from './weights-file.js';

export interface Conventions {
  /** In which the file has the colours; a net of ours always takes RGB. */
  readonly channels: ChannelOrder;
  readonly flatten: FlattenOrder;
  /** Of R, G, B; 0-255. */
  readonly mean: readonly [number, number, number];
  /** What R, G, B less the mean are divided by. */
  readonly std: readonly [number, number, number];
  /** How the pools treat odd sides. */
  readonly pooling: Pooling;
}

/** The mean of the Caffe reference nets, as the authors' page gives it; inputs stay on the scale of grey levels. */
const OXFORD = {
  channels: 'BGR',
  mean: [123.68, 116.779, 103.939],
  std: [1, 1, 1],
  pooling: 'ceil',
} as const;

/** torchvision's `ImageClassification` preset, which is on a scale of 0-1. */
const TORCHVISION = {
  channels: 'RGB',
  mean: [255 * 0.485, 255 * 0.456, 255 * 0.406],
  std: [255 * 0.229, 255 * 0.224, 255 * 0.225],
  pooling: 'floor',
} as const;

export const CONVENTIONS: Readonly<Record<WeightsFormat, Conventions>> = {
  caffe: { ...OXFORD, flatten: 'CHW' },
  // Keras's weights are the authors'.
  keras: { ...OXFORD, flatten: 'HWC' },
  pytorch: { ...TORCHVISION, flatten: 'CHW' },
  safetensors: { ...TORCHVISION, flatten: 'CHW' },
};

/** The authors' nets under PyTorch's names. */
export const OXFORD_IN_PYTORCH: Conventions = { ...OXFORD, flatten: 'CHW' };
