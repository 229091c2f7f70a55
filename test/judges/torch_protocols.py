#!/usr/bin/env python3
"""PyTorch as the judge of the methods of evaluation (Sect. 3.2, 4.1, 4.3; ten crops: Krizhevsky et al. 2012).

Usage: torch_protocols.py DIR      (needs torch and numpy; DIR as for torch_posteriors.py, and "crop" in case.json)
Writes <method>.npy and <method>.log.npy, [n, classes] each: the mean of the posteriors of all views of each image and
their mirror images, and the mean of their logarithms. Methods: dense, dense-posteriors (the soft-max before the mean
over positions), multi-crop, centre-crop, ten-crop.
"""
import json, sys
import numpy as np, torch
from torch_posteriors import case, directory, forward

CROP = case["crop"]


def grid(side):
    """Offsets of five crops, floor(i (side - crop) / 4 + 1/2), in whole numbers."""
    return [(2 * i * (side - CROP) + 4) // 8 for i in range(5)]


def centre(x):
    top, left = (x.shape[2] - CROP) // 2, (x.shape[3] - CROP) // 2
    return [(top, left)]


def places(x, method):
    height, width = x.shape[2:]
    if method == "multi-crop":
        return [(top, left) for top in grid(height) for left in grid(width)]
    ends = [(0, 0), (0, width - CROP), (height - CROP, 0), (height - CROP, width - CROP)]
    return centre(x) if method == "centre-crop" else ends + centre(x)


def views(x, method):
    if method.startswith("dense"):
        cut = [x]
    else:
        cut = [x[:, :, top : top + CROP, left : left + CROP] for top, left in places(x, method)]
    return [view for one in cut for view in (one, one.flip(3))]


def posterior(view, method):
    scores = forward(view)
    if method == "dense-posteriors":
        return scores.softmax(1).mean((2, 3))
    return scores.mean((2, 3)).softmax(1)


for method in ("dense", "dense-posteriors", "multi-crop", "centre-crop", "ten-crop"):
    means, logs = [], []
    for i, (height, width) in enumerate(case["sizes"]):
        pixels = np.fromfile(f"{directory}/{i}.raw", np.uint8).reshape(height, width, 3).astype(np.float32)
        x = (pixels - np.float32(case["mean"])) * np.float32(case["scale"])
        x = torch.from_numpy(x.transpose(2, 0, 1)[None].copy())
        all_views = torch.cat([posterior(view, method) for view in views(x, method)])
        means.append(all_views.mean(0).numpy())
        logs.append(all_views.log().mean(0).numpy())
    np.save(f"{directory}/{method}.npy", np.asarray(means, np.float32))
    np.save(f"{directory}/{method}.log.npy", np.asarray(logs, np.float32))
