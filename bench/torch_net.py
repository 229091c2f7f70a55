#!/usr/bin/env python3
"""The peer of "stagecraft bench step|forward|dense": the same net and work in PyTorch, as a careful user has it.

Channels last, autocast for bfloat16, momentum SGD as torch has it. One argument, the JSON of src/cli/bench/net-work.ts;
prints JSON: library, parameters of the net, seconds of each repeat, peak MiB.
"""
import contextlib
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

# Table 1: channels, "M" for a pool, "/1" for a filter of one pixel, "L" for local response normalisation.
NETS = {
    "A": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "A-LRN": "64 L M 128 M 256 256 M 512 512 M 512 512 M",
    "B-5x5": "64/5 M 128/5 M 256/5 M 512/5 M 512/5 M",
    "B": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "C": "64 64 M 128 128 M 256 256 256/1 M 512 512 512/1 M 512 512 512/1 M",
    "D": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "E": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}


class Vgg(nn.Module):
    def __init__(self, net, width, crop, classes):
        super().__init__()
        layers, channels, side = [], 3, crop
        for item in NETS[net].split():
            if item == "M":
                layers.append(nn.MaxPool2d(2, ceil_mode=True))
                side = -(-side // 2)
            elif item == "L":
                layers.append(nn.LocalResponseNorm(5, 5e-4, 0.75, 2))
            else:
                filters, _, kernel = item.partition("/")
                filters, kernel = max(1, round(int(filters) * width)), int(kernel or 3)
                layers += [nn.Conv2d(channels, filters, kernel, padding=kernel // 2), nn.ReLU(inplace=True)]
                channels = filters
        self.features = nn.Sequential(*layers)
        hidden = max(1, round(4096 * width))
        self.fc6 = nn.Conv2d(channels, hidden, side)
        self.fc7 = nn.Conv2d(hidden, hidden, 1)
        self.fc8 = nn.Conv2d(hidden, classes, 1)

    def forward(self, x):
        x = self.features(x)
        x = F.dropout(F.relu(self.fc6(x)), 0.5, self.training)
        x = F.dropout(F.relu(self.fc7(x)), 0.5, self.training)
        return self.fc8(x).float().mean((2, 3))


def main():
    work = json.loads(sys.argv[1])
    torch.set_num_threads(work["threads"])
    torch.manual_seed(1)
    net = Vgg(work["net"], work["width"], work["crop"], work["classes"]).to(memory_format=torch.channels_last)
    x = torch.randn(work["batch"], 3, work["height"], work["longSide"]).to(memory_format=torch.channels_last)
    both = torch.cat((x, x.flip(3))).contiguous(memory_format=torch.channels_last)
    y = torch.randint(0, work["classes"], (work["batch"],))
    rounded = work["precision"] == "bfloat16"
    precision = (lambda: torch.autocast("cpu", dtype=torch.bfloat16)) if rounded else contextlib.nullcontext
    sgd = torch.optim.SGD(net.parameters(), 1e-4, momentum=0.9, weight_decay=5e-4)

    def step():
        sgd.zero_grad(set_to_none=True)
        with precision():
            loss = F.cross_entropy(net(x), y)
        loss.backward()
        sgd.step()
        return loss.item()

    @torch.inference_mode()
    def scores(images):
        with precision():
            return net(images).numpy()

    run = {"step": step, "forward": lambda: scores(x), "dense": lambda: scores(both)}[work["task"]]
    net.train(work["task"] == "step")
    run()
    seconds = []
    for _ in range(work["repeats"]):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parameters = sum(p.numel() for p in net.parameters())
    print(json.dumps({"parameters": parameters, "library": f"PyTorch {torch.__version__}", "seconds": seconds, "peakMib": peak}))


main()
