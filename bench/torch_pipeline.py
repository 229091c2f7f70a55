#!/usr/bin/env python3
"""The peer of "stagecraft bench pipeline": the same files to the same batches with Pillow and PyTorch's DataLoader.

One argument, the JSON of src/measure/pipeline-work.ts; prints JSON: library, seconds of each pass, peak MiB.
"""
import json
import math
import random
import resource
import sys
import time

import numpy as np
import PIL
import torch
from PIL import Image

MEAN = np.array([120, 115, 105], np.float32)
VALUES, VECTORS = np.linalg.eigh(np.array([[5000, 4600, 4200], [4600, 4800, 4500], [4200, 4500, 5200]]))


class Images(torch.utils.data.Dataset):
    def __init__(self, files, sides, crop):
        self.files, self.sides, self.crop = files, sides, crop

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        image = Image.open(self.files[i]).convert("RGB")
        w, h = image.size
        k = random.randint(*self.sides) / min(w, h)
        image = image.resize((math.floor(w * k + 0.5), math.floor(h * k + 0.5)), Image.BILINEAR)
        w, h = image.size
        x0, y0 = random.randint(0, w - self.crop), random.randint(0, h - self.crop)
        x = np.asarray(image.crop((x0, y0, x0 + self.crop, y0 + self.crop)), np.float32) - MEAN
        if random.random() < 0.5:
            x = x[:, ::-1]
        x = x + (VECTORS @ (np.random.randn(3) * 0.1 * np.sqrt(VALUES))).astype(np.float32)
        return torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1))) / 58


def main():
    work = json.loads(sys.argv[1])
    data = Images(work["files"], work["smallestSide"], work["crop"])
    loader = torch.utils.data.DataLoader(
        data, work["batch"], shuffle=True, drop_last=True, num_workers=work["threads"], persistent_workers=True
    )

    def one_pass():
        started = time.perf_counter()
        for _ in loader:
            pass
        return time.perf_counter() - started

    one_pass()
    seconds = [one_pass() for _ in range(work["repeats"])]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    library = f"PyTorch {torch.__version__}, Pillow {PIL.__version__}"
    print(json.dumps({"library": library, "seconds": seconds, "peakMib": own / 1024}))


main()
