#!/usr/bin/env python3
"""Pillow as the judge of our decoding and rescaling.

Usage: pillow_judge.py CASES.json      (needs pillow and numpy)
CASES.json: a list of {"file", "side", "raw"}: raw holds our RGB bytes of the file rescaled to that smallest side.
Prints a JSON list: mean absolute difference of each, grey levels, from Pillow's own decoding and BILINEAR filter.
"""
import json, math, sys
import numpy as np
from PIL import Image

differences = []
for case in json.load(open(sys.argv[1])):
    image = Image.open(case["file"]).convert("RGB")
    short = min(image.size)
    width, height = (math.floor(case["side"] * n / short + 0.5) for n in image.size)
    theirs = np.asarray(image.resize((width, height), Image.BILINEAR), np.int32)
    ours = np.fromfile(case["raw"], np.uint8).reshape(height, width, 3).astype(np.int32)
    differences.append(float(np.abs(ours - theirs).mean()))
print(json.dumps(differences))
