/** A layers model of TensorFlow.js: `model.json` and shards of weights, as `tf.loadLayersModel` reads them. */
import { unreachable } from '../../util/unreachable.js';
import { UserError } from '../../util/user-error.js';
import { parameterShapes } from '../net.js';
import { bytesOf, type ExportOptions, type Part, type WeightArray } from './export-format.js';
import { type ExportedLayer, type ExportedNet, lengthOf } from './exported-net.js';

/** What the model's file is called, by which the format is known. */
export const TFJS_MODEL = 'model.json';

/** As tf.io writes them, so that a browser keeps them. */
const SHARD_BYTES = 4 * 2 ** 20;

/** What a model that lies in the same folder may have left there. */
export const TFJS_SHARD = /^group1-shard\d+of\d+\.bin$/;

interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
}

/** @throws UserError if a layer has no equal there */
export async function* tfjsFormat(
  exported: ExportedNet,
  weights: AsyncIterable<WeightArray>,
  { dense }: ExportOptions,
): AsyncGenerator<Part, void, undefined> {
  if (dense)
    throw new UserError(
      'A TensorFlow.js layers model has one size of images: export to .onnx for dense scores.',
    );
  const arrays = parameterShapes(exported.net);
  const total = 4 * arrays.reduce((sum, { shape }) => sum + lengthOf(shape), 0);
  const count = Math.max(1, Math.ceil(total / SHARD_BYTES));
  const shard = (i: number) => `group1-shard${i + 1}of${count}.bin`;
  const model = {
    format: 'layers-model',
    generatedBy: 'Stagecraft',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Sequential',
        config: { name: `net_${exported.net.shape.net}`, layers: kerasLayers(exported) },
      },
    },
    weightsManifest: [
      {
        paths: Array.from({ length: count }, (_, i) => shard(i)),
        weights: arrays.map(({ name, shape }) => ({
          name: name.replace('.weight', '/kernel').replace('.bias', '/bias'),
          shape: name.startsWith('fc') && shape.length === 4 ? matrixOf(shape) : shape,
          dtype: 'float32',
        })),
      },
    ],
  };
  yield { file: TFJS_MODEL, bytes: Buffer.from(JSON.stringify(model)) };
  let written = 0;
  for await (const { data } of weights) {
    // Both kinds of arrays are there in the order that they have here.
    let rest = bytesOf(data);
    while (rest.length > 0) {
      const bytes = rest.subarray(0, SHARD_BYTES - (written % SHARD_BYTES));
      yield { file: shard(Math.floor(written / SHARD_BYTES)), bytes };
      written += bytes.length;
      rest = rest.subarray(bytes.length);
    }
  }
}

/** [inputs, units]. */
function matrixOf(shape: readonly number[]): readonly number[] {
  return [lengthOf(shape.slice(0, -1)), shape.at(-1)!];
}

function kerasLayers({ net, layers }: ExportedNet): readonly KerasLayer[] {
  const { crop } = net.shape;
  const first = layers.findIndex(({ is }) => is === 'fc');
  const input = { name: 'image', batch_input_shape: [null, crop, crop, 3], dtype: 'float32', sparse: false };
  return [
    { class_name: 'InputLayer', config: input },
    ...layers.slice(0, first).map(kerasLayer),
    { class_name: 'Flatten', config: { name: 'flatten' } },
    ...layers.slice(first).map(kerasLayer),
  ];
}

function kerasLayer(layer: ExportedLayer): KerasLayer {
  const { name } = layer;
  const channelsLast = { data_format: 'channels_last' };
  switch (layer.is) {
    case 'conv': {
      const { side, outputs } = layer;
      const windows = { kernel_size: [side, side], strides: [1, 1], padding: 'same', ...channelsLast };
      return {
        class_name: 'Conv2D',
        config: { name, filters: outputs, ...windows, activation: 'relu', use_bias: true },
      };
    }
    case 'pool': {
      // TensorFlow's "same" puts a border behind an odd side, "valid" leaves its last px out.
      const padding = layer.pooling === 'ceil' ? 'same' : 'valid';
      return {
        class_name: 'MaxPooling2D',
        config: { name, pool_size: [2, 2], strides: [2, 2], padding, ...channelsLast },
      };
    }
    case 'fc': {
      const activation = layer.hidden ? 'relu' : 'linear';
      return { class_name: 'Dense', config: { name, units: layer.units, activation, use_bias: true } };
    }
    case 'lrn':
      throw new UserError(
        `A TensorFlow.js layers model has no local response normalisation, which this net has (${name}). Export to .onnx, which ONNX Runtime reads in browsers too.`,
      );
    default:
      return unreachable(layer);
  }
}
