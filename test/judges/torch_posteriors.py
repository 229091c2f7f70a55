#!/usr/bin/env python3
"""PyTorch as the judge of dense evaluation (Sect. 3.2) on photographs of any aspect ratio.

Usage: torch_posteriors.py DIR      (needs torch and numpy)
In DIR: case.json with the layers, pooling, mean, scale and the images' sizes; weights.safetensors (HWIO);
<i>.raw, the rescaled RGB bytes of image i; "windows" has [top, left, height, width] of the part of each that is
meant. Writes scores.npy, the scores of each image averaged over positions
before the soft-max, and posteriors.npy, those of the image and its mirror image averaged after it: [n, classes].
"""
import json, struct, sys
import numpy as np, torch, torch.nn.functional as F

directory = sys.argv[1]
case = json.load(open(f"{directory}/case.json"))
raw = open(f"{directory}/weights.safetensors", "rb").read()
(length,) = struct.unpack("<Q", raw[:8])
header, body = json.loads(raw[8 : 8 + length]), raw[8 + length :]
weights = {}
for name, entry in header.items():
    a = np.frombuffer(body[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
    weights[name] = torch.from_numpy((a.transpose(3, 2, 0, 1) if a.ndim == 4 else a).copy())


@torch.inference_mode()
def forward(x):
    """The score map, [1, classes, rows, columns], in float64."""
    for layer in case["layers"]:
        if layer["kind"] == "pool":
            x = F.max_pool2d(x, 2, ceil_mode=case["pooling"] == "ceil")
            continue
        if layer["kind"] == "lrn":
            n = 2 * layer["depthRadius"] + 1  # PyTorch divides alpha by n.
            x = F.local_response_norm(x, n, layer["alpha"] * n, layer["beta"], layer["bias"])
            continue
        w = weights[layer["name"] + ".weight"]
        x = F.conv2d(x, w, weights[layer["name"] + ".bias"], padding=w.shape[2] // 2 if layer["kind"] == "conv" else 0)
        if layer["kind"] == "conv" or layer["hidden"]:
            x = F.relu(x)
    return x.double()


def scores(x):
    return forward(x).mean((2, 3))


if __name__ == "__main__":
    means, posteriors = [], []
    for i, (height, width) in enumerate(case["sizes"]):
        pixels = np.fromfile(f"{directory}/{i}.raw", np.uint8).reshape(height, width, 3).astype(np.float32)
        top, left, rows, columns = case["windows"][i]
        pixels = pixels[top : top + rows, left : left + columns]
        x = torch.from_numpy(((pixels - np.float32(case["mean"])) * np.float32(case["scale"])).transpose(2, 0, 1)[None].copy())
        one, other = scores(x), scores(x.flip(3))
        means.append(one[0].numpy())
        posteriors.append(((one.softmax(1) + other.softmax(1)) / 2)[0].numpy())
    np.save(f"{directory}/scores.npy", np.asarray(means, np.float32))
    np.save(f"{directory}/posteriors.npy", np.asarray(posteriors, np.float32))
