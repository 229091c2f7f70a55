/** Weights of Caffe: a NetParameter of `caffe.proto`, in its old form (V1LayerParameter) and its new one. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { FormatError } from '../../util/safetensors.js';
import { shownName } from '../../util/shown-name.js';
import { UserError } from '../../util/user-error.js';
import { contiguous, permuted, type StoredArray } from './array-view.js';
import { toFloat32 } from './number-types.js';
import type { RandomAccess } from './random-access.js';
import type { FileLayer } from './weights-file.js';

/** Field numbers. */
const NET = { oldLayers: 2, layers: 100 } as const;
const OLD_LAYER = { name: 4, type: 5, blobs: 6 } as const;
const LAYER = { name: 1, type: 2, blobs: 7 } as const;
const BLOB = { num: 1, channels: 2, height: 3, width: 4, data: 5, shape: 7, doubleData: 8 } as const;
const SHAPE = { dim: 1 } as const;

/** Of V1LayerParameter.LayerType, those with weights in these nets. */
const OLD_TYPES: Readonly<Record<number, FileLayer['is']>> = { 4: 'conv', 14: 'fc' };
const TYPES: Readonly<Record<string, FileLayer['is']>> = { Convolution: 'conv', InnerProduct: 'fc' };

interface CaffeLayer {
  name: string;
  type: string | number;
  readonly blobs: Blob[];
}

interface Blob {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  readonly isDouble: boolean;
}

/** Some nets of Caffe have hundreds. */
const MOST_LAYERS = 10_000;
/** Of a layer, and of an array. */
const [MOST_BLOBS, MOST_AXES] = [16, 8];
/** In which the numbers of an array may stand; Caffe writes one. */
const MOST_PARTS = 1000;

/** Of Caffe itself, and of what one buffer holds. */
const MOST_BYTES = 2 ** 31 - 1;

/** @throws FormatError, UserError */
export async function caffeLayers(file: RandomAccess): Promise<readonly FileLayer[]> {
  if (file.size > MOST_BYTES)
    throw new FormatError(`caffemodel: ${file.size} bytes; Caffe reads less than 2 GiB`);
  const bytes = await file.read(0, file.size);
  let layers: readonly CaffeLayer[];
  try {
    layers = readNet(bytes);
  } catch (error) {
    // The library's own words for a varint, tag or length that cannot be.
    if (error instanceof RangeError || (error instanceof Error && error.constructor === Error))
      throw new FormatError(`caffemodel: ${error.message}; the file is cut short or no caffemodel`, {
        cause: error,
      });
    throw error;
  }
  const found = layers.flatMap(fileLayer);
  if (found.length === 0) throw new FormatError('caffemodel: it holds no layers with weights');
  return found;
}

function readNet(bytes: Uint8Array): readonly CaffeLayer[] {
  const layers: CaffeLayer[] = [];
  eachField(new BinaryReader(bytes), (field, reader, wire) => {
    if (field !== NET.oldLayers && field !== NET.layers) return false;
    if (layers.length === MOST_LAYERS) throw new FormatError(`caffemodel: more than ${MOST_LAYERS} layers`);
    layers.push(readLayer(message(reader, wire), field === NET.oldLayers ? OLD_LAYER : LAYER));
    return true;
  });
  return layers;
}

function readLayer(bytes: Uint8Array, fields: typeof OLD_LAYER | typeof LAYER): CaffeLayer {
  const layer: CaffeLayer = { name: '', type: '', blobs: [] };
  eachField(new BinaryReader(bytes), (field, reader, wire) => {
    if (field === fields.name) layer.name = text(reader, wire);
    else if (field === fields.type)
      layer.type = wire === WireType.Varint ? reader.int32() : text(reader, wire);
    else if (field === fields.blobs && layer.blobs.length < MOST_BLOBS)
      layer.blobs.push(readBlob(message(reader, wire), layer.name));
    else return false;
    return true;
  });
  return layer;
}

function readBlob(bytes: Uint8Array, layer: string): Blob {
  const old = [1, 1, 1, 1];
  const said: { shape?: readonly number[]; bytes: number } = { bytes: 4 };
  const parts: Uint8Array[] = [];
  eachField(new BinaryReader(bytes), (field, reader, wire) => {
    if (field >= BLOB.num && field <= BLOB.width && wire === WireType.Varint) old[field - 1] = reader.int32();
    else if (field === BLOB.data || field === BLOB.doubleData) {
      said.bytes = field === BLOB.doubleData ? 8 : 4;
      if (wire !== WireType.LengthDelimited)
        throw new FormatError(
          `caffemodel: the numbers of ${shownName(layer)} stand one by one, not packed as in caffe.proto`,
        );
      if (parts.length === MOST_PARTS)
        throw new FormatError(`caffemodel: the numbers of ${shownName(layer)} stand in too many parts`);
      parts.push(reader.bytes());
    } else if (field === BLOB.shape) said.shape = readShape(message(reader, wire));
    else return false;
    return true;
  });
  const data = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const shape = said.shape ?? old;
  const count = shape.reduce((a, b) => a * b, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || data.length !== count * said.bytes)
    throw new FormatError(
      `caffemodel: ${shownName(layer)} holds ${data.length} bytes of numbers, which do not fit its shape ${shape.join(' x ')}`,
    );
  return { shape, data, isDouble: said.bytes === 8 };
}

function readShape(bytes: Uint8Array): number[] {
  const dims: number[] = [];
  eachField(new BinaryReader(bytes), (field, reader, wire) => {
    if (field !== SHAPE.dim) return false;
    if (dims.length > MOST_AXES) throw new FormatError('caffemodel: an array of more axes than Caffe knows');
    if (wire === WireType.Varint) dims.push(Number(reader.int64()));
    else {
      const packed = new BinaryReader(message(reader, wire));
      while (packed.pos < packed.len && dims.length <= MOST_AXES) dims.push(Number(packed.int64()));
    }
    return true;
  });
  return dims;
}

/** @param read takes a field and says whether it did; else it is skipped */
function eachField(
  reader: BinaryReader,
  read: (field: number, reader: BinaryReader, wire: WireType) => boolean,
): void {
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (!read(field, reader, wire)) reader.skip(wire, field);
  }
}

function message(reader: BinaryReader, wire: WireType): Uint8Array {
  if (wire !== WireType.LengthDelimited) throw new FormatError('caffemodel: a number stands for a part');
  return reader.bytes();
}

function text(reader: BinaryReader, wire: WireType): string {
  return Buffer.from(message(reader, wire)).toString('utf8');
}

/** None of layers without weights of their own. */
function fileLayer({ name, type, blobs }: CaffeLayer): readonly FileLayer[] {
  const is =
    typeof type === 'number' ? OLD_TYPES[type] : Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!is) {
    if (blobs.length > 0)
      throw new UserError(
        `Its layer ${shownName(name)} of the type ${shownName(String(type))} has weights, which these nets do not have.`,
      );
    return [];
  }
  const [weight, bias] = blobs;
  if (!weight || !bias)
    throw new UserError(
      `Its layer ${shownName(name)} has ${blobs.length} of two arrays: no weights or no bias.`,
    );
  const shape = is === 'conv' ? weight.shape : weight.shape.slice(-2);
  if (
    shape.length !== (is === 'conv' ? 4 : 2) ||
    weight.shape.slice(0, -2).some((size) => is === 'fc' && size !== 1)
  )
    throw new UserError(
      `The weights of its layer ${shownName(name)} are ${weight.shape.join(' x ')}, as no such layer has them.`,
    );
  return [
    {
      ...{ name, is },
      weight: permuted(stored(`${name}.weight`, weight, shape), is === 'conv' ? [2, 3, 1, 0] : [1, 0]),
      bias: stored(`${name}.bias`, bias, [bias.shape.reduce((a, b) => a * b, 1)]),
    },
  ];
}

function stored(name: string, { data, isDouble }: Blob, shape: readonly number[]): StoredArray {
  return {
    name,
    fileShape: shape,
    ...contiguous(shape),
    read: () => Promise.resolve(toFloat32(data, isDouble ? 'float64' : 'float32')),
  };
}
