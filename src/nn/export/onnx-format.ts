/** An ONNX model: one file of protocol buffers, whose weights are written as they come. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { UserError } from '../../util/user-error.js';
import type { ExportOptions, Part, WeightArray } from './export-format.js';
import { type ExportedLayer, type ExportedNet, lengthOf } from './exported-net.js';
import { type Attribute, type OnnxNode, onnxNodes } from './onnx-nodes.js';
import { inTorchOrder } from './torch-order.js';

/** The operators of version 17, which runtimes of 2022 and later know; 8 is the file format of its time. */
const [OPSET, IR_VERSION] = [17, 8];

/** Protocol buffers hold no longer message. */
const MOST_BYTES = 2 ** 31 - 1;

/** Numbers of fields and of types, from onnx.proto. */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 };
const OPSET_ID = { domain: 1, version: 2 };
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, float: 2, int: 3, ints: 8, type: 20 };
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 };
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9 };
const VALUE = { name: 1, type: 2 };
const TYPE = { tensor: 1 };
const TENSOR_TYPE = { element: 1, shape: 2 };
const SHAPE = { dim: 1 };
const DIM = { value: 1, name: 2 };
const FLOAT = 1;

/** @throws UserError if the file would be longer than such files can be */
export async function* onnxFormat(
  exported: ExportedNet,
  weights: AsyncIterable<WeightArray>,
  { file, dense }: ExportOptions,
): AsyncGenerator<Part, void, undefined> {
  const tensors = exported.layers.flatMap((layer) => tensorsOf(layer, dense));
  // Before any length is written, since 32 bits hold no longer one.
  const weightBytes = tensors.reduce((sum, { dims }) => sum + 4 * lengthOf(dims), 0);
  if (weightBytes > MOST_BYTES) throw tooLong(exported, weightBytes);
  const heads = tensors.map(initializerHead);
  const graph = graphHead(exported, dense);
  const graphBytes = graph.length + heads.reduce((sum, { head, bytes }) => sum + head.length + bytes, 0);
  if (graphBytes > MOST_BYTES - 2 ** 10) throw tooLong(exported, graphBytes);
  yield { file, bytes: Buffer.concat([modelHead(graphBytes), graph]) };
  let i = 0;
  for await (const array of weights) {
    yield { file, bytes: heads[i++]!.head };
    for (const bytes of inTorchOrder(array)) yield { file, bytes };
  }
}

function tooLong({ net }: ExportedNet, bytes: number): UserError {
  return new UserError(
    `Net ${net.shape.net} takes ${(bytes / 2 ** 30).toFixed(1)} GiB, and an ONNX file holds 2 GiB. Export to .safetensors.`,
  );
}

/** All of the model but the graph, whose bytes follow. */
function modelHead(graphBytes: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(MODEL.irVersion, WireType.Varint).int64(IR_VERSION);
  text(writer, MODEL.producer, 'Stagecraft');
  message(writer, MODEL.opset, () => {
    text(writer, OPSET_ID.domain, '');
    writer.tag(OPSET_ID.version, WireType.Varint).int64(OPSET);
  });
  return writer.tag(MODEL.graph, WireType.LengthDelimited).uint32(graphBytes).finish();
}

/** All of the graph but its weights, which follow. */
function graphHead({ net, layers }: ExportedNet, dense: boolean): Uint8Array {
  const { net: name, crop, classes } = net.shape;
  const writer = new BinaryWriter();
  for (const node of onnxNodes(layers, dense))
    message(writer, GRAPH.node, () => {
      writeNode(writer, node);
    });
  text(writer, GRAPH.name, `net ${name}`);
  const sides = dense ? ['H', 'W'] : [crop, crop];
  message(writer, GRAPH.input, () => {
    writeValue(writer, 'image', ['N', 3, ...sides]);
  });
  message(writer, GRAPH.output, () => {
    writeValue(writer, 'scores', ['N', classes]);
  });
  return writer.finish();
}

function writeNode(writer: BinaryWriter, { operator, name, inputs, output, attributes }: OnnxNode): void {
  for (const input of inputs) text(writer, NODE.input, input);
  text(writer, NODE.output, output);
  text(writer, NODE.name, name);
  text(writer, NODE.operator, operator);
  for (const [attribute, value] of Object.entries(attributes))
    message(writer, NODE.attribute, () => {
      writeAttribute(writer, attribute, value);
    });
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, ATTRIBUTE.name, name);
  const type = (of: keyof typeof ATTRIBUTE_TYPE) =>
    writer.tag(ATTRIBUTE.type, WireType.Varint).int32(ATTRIBUTE_TYPE[of]);
  if ('float' in value) {
    writer.tag(ATTRIBUTE.float, WireType.Bit32).float(value.float);
    type('float');
  } else if ('int' in value) {
    writer.tag(ATTRIBUTE.int, WireType.Varint).int64(value.int);
    type('int');
  } else {
    for (const int of value.ints) writer.tag(ATTRIBUTE.ints, WireType.Varint).int64(int);
    type('ints');
  }
}

/** @param dims a name stands for a number that each call chooses */
function writeValue(writer: BinaryWriter, name: string, dims: readonly (number | string)[]): void {
  text(writer, VALUE.name, name);
  message(writer, VALUE.type, () => {
    message(writer, TYPE.tensor, () => {
      writer.tag(TENSOR_TYPE.element, WireType.Varint).int32(FLOAT);
      message(writer, TENSOR_TYPE.shape, () => {
        for (const dim of dims)
          message(writer, SHAPE.dim, () => {
            if (typeof dim === 'string') text(writer, DIM.name, dim);
            else writer.tag(DIM.value, WireType.Varint).int64(dim);
          });
      });
    });
  });
}

interface TensorShape {
  readonly name: string;
  readonly dims: readonly number[];
}

/** The arrays of a layer, which on maps is a convolution even where it is fully connected. */
function tensorsOf(layer: ExportedLayer, dense: boolean): readonly TensorShape[] {
  if (layer.is !== 'conv' && layer.is !== 'fc') return [];
  const { name } = layer;
  if (layer.is === 'conv') return named(name, [layer.outputs, layer.inputs, layer.side, layer.side]);
  const [height, width, channels] = layer.input;
  return named(name, dense ? [layer.units, channels, height, width] : [layer.units, lengthOf(layer.input)]);
}

function named(layer: string, dims: readonly [number, ...number[]]): readonly TensorShape[] {
  return [
    { name: `${layer}.weight`, dims },
    { name: `${layer}.bias`, dims: [dims[0]] },
  ];
}

/** What stands before the numbers of an array, and the bytes that these take. */
function initializerHead({ name, dims }: TensorShape): { readonly head: Uint8Array; readonly bytes: number } {
  const bytes = 4 * lengthOf(dims);
  const tensor = new BinaryWriter();
  for (const dim of dims) tensor.tag(TENSOR.dims, WireType.Varint).int64(dim);
  tensor.tag(TENSOR.type, WireType.Varint).int32(FLOAT);
  text(tensor, TENSOR.name, name);
  const own = tensor.tag(TENSOR.raw, WireType.LengthDelimited).uint32(bytes).finish();
  const outer = new BinaryWriter()
    .tag(GRAPH.initializer, WireType.LengthDelimited)
    .uint32(own.length + bytes);
  return { head: outer.raw(own).finish(), bytes };
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}
