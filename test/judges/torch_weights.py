#!/usr/bin/env python3
"""Files of weights as their own libraries write them, and the class scores that each gives in its own orders.

Usage: torch_weights.py DIR WIDTH CROP CLASSES NETS FORMATS     (needs torch, safetensors, h5py, protobuf, opencv)
Writes per net: DIR/images.npy [n, crop, crop, 3] of 0-255, DIR/<net>-<format>.<ending>, and
DIR/<net>-<format>.scores.npy [n, classes] before the soft-max. Each format's scores are computed from the arrays as
the file has them: BGR and channels first for Caffe, BGR and channels last for Keras, torchvision's scale for PyTorch's.
"""
import copy, sys
import h5py, numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import save_file
from caffe_proto import write_caffemodel

directory, width, crop, classes = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
nets, formats = sys.argv[5].split(","), sys.argv[6].split(",")
BLOCKS = {"A": [1, 1, 2, 2, 2], "B": [2, 2, 2, 2, 2], "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
CHANNELS = [64, 128, 256, 512, 512]
CAFFE_MEAN = torch.tensor([123.68, 116.779, 103.939])
torch.manual_seed(7)
torch.set_num_threads(2)


def scaled(units):
    return max(1, round(units * width))


class Vgg(nn.Module):
    """torchvision's VGG in torchvision's names, at any width."""

    def __init__(self, blocks, side):
        super().__init__()
        layers, channels = [], 3
        for count, units in zip(blocks, CHANNELS):
            for _ in range(count):
                layers += [nn.Conv2d(channels, scaled(units), 3, padding=1), nn.ReLU()]
                channels = scaled(units)
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        hidden = scaled(4096)
        self.classifier = nn.Sequential(
            nn.Linear(channels * side * side, hidden), nn.ReLU(), nn.Dropout(),
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, classes),
        )
        for m in self.modules():
            if hasattr(m, "weight"):
                nn.init.kaiming_normal_(m.weight)
                nn.init.uniform_(m.bias, -0.2, 0.2)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def side_after(pool):
    side = crop
    for _ in range(5):
        side = pool(side)
    return side


rng = np.random.default_rng(3)
images = rng.integers(0, 256, (3, crop, crop, 3), dtype=np.uint8)
# Not noise alone: a net sees colours that hold over some px.
images[1:] = np.repeat(np.repeat(images[1:, ::8, ::8], 8, 1), 8, 2)[:, :crop, :crop]
np.save(f"{directory}/images.npy", images.astype("<f4"))
pixels = torch.from_numpy(images.astype(np.float32)).permute(0, 3, 1, 2)


def of_torchvision(net):
    mean, std = (torch.tensor(t)[:, None, None] for t in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    return net((pixels / 255 - mean) / std)


def of_caffe(blocks, convs, fcs, channels_last):
    """Ceil pooling, BGR; the arrays as the file has them."""
    x = (pixels - CAFFE_MEAN[:, None, None]).flip(1)
    at = 0
    for count in blocks:
        for _ in range(count):
            w, b = convs[at]
            x = F.relu(F.conv2d(x, w.permute(3, 2, 0, 1) if channels_last else w, b, padding=1))
            at += 1
        x = F.max_pool2d(x, 2, ceil_mode=True)
    x = torch.flatten(x.permute(0, 2, 3, 1) if channels_last else x, 1)
    for i, (w, b) in enumerate(fcs):
        x = x @ (w if channels_last else w.T) + b
        x = F.relu(x) if i < 2 else x
    return x


def names(blocks):
    return [(block + 1, n + 1) for block, count in enumerate(blocks) for n in range(count)]


def opencv_scores(name, path):
    """Caffe's own reader being gone, OpenCV's: floor pooling cannot be had there, nor is it wanted."""
    import cv2

    blocks = BLOCKS[name]
    text = f'name: "v" input: "data" input_shape {{ dim: 1 dim: 3 dim: {crop} dim: {crop} }}\n'
    last = "data"
    for block, count in enumerate(blocks):
        for n in range(count):
            one = f"conv{block + 1}_{n + 1}"
            text += f'layer {{ name: "{one}" type: "Convolution" bottom: "{last}" top: "{one}" convolution_param {{ num_output: {scaled(CHANNELS[block])} pad: 1 kernel_size: 3 }} }}\n'
            text += f'layer {{ name: "relu{one}" type: "ReLU" bottom: "{one}" top: "{one}" }}\n'
            last = one
        text += f'layer {{ name: "pool{block + 1}" type: "Pooling" bottom: "{last}" top: "pool{block + 1}" pooling_param {{ pool: MAX kernel_size: 2 stride: 2 }} }}\n'
        last = f"pool{block + 1}"
    for one, units in (("fc6", scaled(4096)), ("fc7", scaled(4096)), ("fc8", classes)):
        text += f'layer {{ name: "{one}" type: "InnerProduct" bottom: "{last}" top: "{one}" inner_product_param {{ num_output: {units} }} }}\n'
        if one != "fc8":
            text += f'layer {{ name: "relu{one}" type: "ReLU" bottom: "{one}" top: "{one}" }}\n'
        last = one
    with open(f"{path}.prototxt", "w") as file:
        file.write(text)
    net = cv2.dnn.readNetFromCaffe(f"{path}.prototxt", path)
    found = []
    for image in (pixels - CAFFE_MEAN[:, None, None]).flip(1).numpy():
        net.setInput(image[None])
        found.append(net.forward("fc8").reshape(-1).copy())
    return np.stack(found)


def write_keras(path, blocks, convs, fcs, new):
    with h5py.File(path, "w") as file:
        if new:
            # Keras 3's .weights.h5: no order but that of the names.
            groups = [f"layers/conv2d{f'_{i}' if i else ''}/vars" for i in range(len(convs))]
            groups += [f"layers/dense{f'_{i}' if i else ''}/vars" for i in range(3)]
            parts = [("0", "1")] * len(groups)
        else:
            groups = [f"block{b}_conv{n}" for b, n in names(blocks)] + ["fc1", "fc2", "predictions"]
            file.attrs["layer_names"] = [n.encode() for n in ["input_1", *groups[:2], "block1_pool", *groups[2:]]]
            file.create_group("input_1").attrs["weight_names"] = []
            parts = [(f"{g}_W_1:0", f"{g}_b_1:0") for g in groups]
        for group, (weight, bias), (w, b) in zip(groups, parts, [*convs, *fcs]):
            file.create_group(group)
            file[group].create_dataset(weight, data=w.numpy())
            file[group].create_dataset(bias, data=b.numpy())


def save_scores(path, scores):
    np.save(path, np.asarray(scores.detach() if torch.is_tensor(scores) else scores, "<f4"))


for name in nets:
    blocks = BLOCKS[name]
    floor = Vgg(blocks, side_after(lambda s: s // 2)).eval()
    ceil = Vgg(blocks, side_after(lambda s: -(-s // 2))).eval()
    # A net that is used to inputs of unit variance, for inputs of grey levels.
    with torch.no_grad():
        ceil.features[0].weight /= 60
    state, raw = floor.state_dict(), ceil.state_dict()
    convs = [(raw[f"features.{i}.weight"], raw[f"features.{i}.bias"]) for i, m in enumerate(ceil.features) if isinstance(m, nn.Conv2d)]
    fcs = [(raw[f"classifier.{i}.weight"], raw[f"classifier.{i}.bias"]) for i in (0, 3, 6)]
    lastly = [(w.permute(2, 3, 1, 0).contiguous(), b) for w, b in convs], [(w.T.contiguous(), b) for w, b in fcs]
    with torch.no_grad():
        for format in formats:
            base = f"{directory}/{name}-{format}"
            if format == "zip":
                torch.save(state, f"{base}.pth")
            elif format == "training":
                torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in state.items()}}, f"{base}.pth")
            elif format == "old":
                torch.save(state, f"{base}.pth", _use_new_zipfile_serialization=False)
            elif format == "safetensors":
                save_file(state, f"{base}.safetensors")
            elif format == "float16":
                half = copy.deepcopy(floor).half()
                save_file(half.state_dict(), f"{base}.safetensors")
            elif format == "timm":
                fc = [floor.classifier[i] for i in (0, 3, 6)]
                side = side_after(lambda s: s // 2)
                arrays = {k: v for k, v in state.items() if k.startswith("features")}
                arrays |= {"pre_logits.fc1.weight": fc[0].weight.reshape(fc[0].weight.shape[0], -1, side, side), "pre_logits.fc1.bias": fc[0].bias}
                arrays |= {"pre_logits.fc2.weight": fc[1].weight[:, :, None, None], "pre_logits.fc2.bias": fc[1].bias}
                arrays |= {"head.fc.weight": fc[2].weight, "head.fc.bias": fc[2].bias}
                save_file({k: v.detach().contiguous() for k, v in arrays.items()}, f"{base}.safetensors")
            elif format in ("caffe", "caffe-v1"):
                layers = [(f"conv{b}_{n}", "Convolution", [t.numpy() for t in wb]) for (b, n), wb in zip(names(blocks), convs)]
                layers += [("pool5", "Pooling", [])]
                layers += [(f"fc{6 + i}", "InnerProduct", [t.numpy() for t in wb]) for i, wb in enumerate(fcs)]
                write_caffemodel(f"{base}.caffemodel", layers, format == "caffe-v1")
                save_scores(f"{base}.opencv.npy", opencv_scores(name, f"{base}.caffemodel"))
            elif format in ("keras", "keras3"):
                write_keras(f"{base}.h5", blocks, *lastly, format == "keras3")
            if format in ("caffe", "caffe-v1"):
                scores = of_caffe(blocks, convs, fcs, False)
            elif format in ("keras", "keras3"):
                scores = of_caffe(blocks, *lastly, True)
            else:
                # What is computed with is what the file holds.
                scores = of_torchvision(half.float() if format == "float16" else floor)
            save_scores(f"{base}.scores.npy", scores)
