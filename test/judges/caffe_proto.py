"""The parts of caffe.proto that hold weights, in both forms, described for protobuf's own encoder."""
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Field = descriptor_pb2.FieldDescriptorProto
SCALARS = {"string": Field.TYPE_STRING, "int32": Field.TYPE_INT32, "int64": Field.TYPE_INT64, "float": Field.TYPE_FLOAT, "double": Field.TYPE_DOUBLE}

# name, number, type; "*" is repeated, and numbers that are repeated are packed.
MESSAGES = {
    "BlobShape": [("dim", 1, "int64*")],
    "BlobProto": [
        ("num", 1, "int32"), ("channels", 2, "int32"), ("height", 3, "int32"), ("width", 4, "int32"),
        ("data", 5, "float*"), ("diff", 6, "float*"), ("shape", 7, "BlobShape"), ("double_data", 8, "double*"),
    ],
    "LayerParameter": [
        ("name", 1, "string"), ("type", 2, "string"), ("bottom", 3, "string*"), ("top", 4, "string*"), ("blobs", 7, "BlobProto*"),
    ],
    # The type is an enum: its numbers are varints, as those of an int32.
    "V1LayerParameter": [
        ("bottom", 2, "string*"), ("top", 3, "string*"), ("name", 4, "string"), ("type", 5, "int32"), ("blobs", 6, "BlobProto*"),
    ],
    "NetParameter": [
        ("name", 1, "string"), ("layers", 2, "V1LayerParameter*"), ("input", 3, "string*"), ("layer", 100, "LayerParameter*"),
    ],
}


def messages():
    file = descriptor_pb2.FileDescriptorProto(name="weights.proto", package="caffe", syntax="proto2")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            repeated, kind = kind.endswith("*"), kind.rstrip("*")
            one = message.field.add(name=field, number=number, label=Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL)
            if kind in SCALARS:
                one.type = SCALARS[kind]
                one.options.packed = repeated and kind != "string"
            else:
                one.type, one.type_name = Field.TYPE_MESSAGE, f".caffe.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))


V1_TYPES = {"Convolution": 4, "InnerProduct": 14, "ReLU": 18, "Pooling": 17, "Softmax": 20}


def write_caffemodel(path, layers, old):
    """layers: (name, type, [arrays]); old: V1 layers whose blobs are all 4-D, as in 2014, else named shapes."""
    net = messages()(name="VGG_ILSVRC_layers")
    for name, kind, arrays in layers:
        layer = (net.layers if old else net.layer).add(name=name, type=V1_TYPES[kind] if old else kind)
        for array in arrays:
            blob = layer.blobs.add()
            if old:
                shape = (1,) * (4 - array.ndim) + array.shape
                blob.num, blob.channels, blob.height, blob.width = shape
            else:
                blob.shape.dim.extend(array.shape)
            blob.data.extend(array.ravel().tolist())
    with open(path, "wb") as file:
        file.write(net.SerializeToString())
