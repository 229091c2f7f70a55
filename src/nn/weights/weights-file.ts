/** What every format of weights comes to: layers in the order of a net, still in their file. */
import type { StoredArray } from './array-view.js';

export type WeightsFormat = 'caffe' | 'pytorch' | 'safetensors' | 'keras';

/** The order in which a fully-connected layer reads the feature map before it. */
export type FlattenOrder = 'CHW' | 'HWC';

export type ChannelOrder = 'RGB' | 'BGR';

/** A convolution, or a fully-connected layer that is stored as one. */
interface ConvLayer {
  readonly name: string;
  readonly is: 'conv';
  /** [height, width, channels in, channels out], whatever the file's order. */
  readonly weight: StoredArray;
  readonly bias: StoredArray;
}

interface FullyConnectedLayer {
  readonly name: string;
  readonly is: 'fc';
  /** [inputs, units]. */
  readonly weight: StoredArray;
  readonly bias: StoredArray;
}

export type FileLayer = ConvLayer | FullyConnectedLayer;

export interface WeightsFile {
  readonly format: WeightsFormat;
  /** In the order of the net. */
  readonly layers: readonly FileLayer[];
  readonly close: () => Promise<void>;
}
