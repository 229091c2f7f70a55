#!/usr/bin/env python3
"""Pillow as the judge of our decoding and rescaling.

Usage: pillow_judge.py CASES.json      (needs pillow and numpy)
CASES.json: a list of {"file", "side", "filter", "longSide", "raw"}: raw holds our RGB bytes of the file rescaled so.
Prints a JSON list: mean absolute difference of each, grey levels, from Pillow's own decoding and filters.
"""
import json, math, sys
import numpy as np
from PIL import Image

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos3": Image.LANCZOS}

differences = []
for case in json.load(open(sys.argv[1])):
    image = Image.open(case["file"]).convert("RGB")
    short = min(image.size)
    half = 0.5 if case["longSide"] == "round" else 0
    width, height = (math.floor(case["side"] * n / short + half) for n in image.size)
    theirs = np.asarray(image.resize((width, height), FILTERS[case["filter"]]), np.int32)
    ours = np.fromfile(case["raw"], np.uint8).reshape(height, width, 3).astype(np.int32)
    differences.append(float(np.abs(ours - theirs).mean()))
print(json.dumps(differences))
