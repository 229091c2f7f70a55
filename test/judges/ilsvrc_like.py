#!/usr/bin/env python3
"""A folder that looks like ILSVRC-2012's validation set with its devkit, filled from other photographs.

Usage: ilsvrc_like.py DIR WNIDS IMAGES      (needs numpy and scipy)
WNIDS: a file with the 1,000 WNIDs. IMAGES: a folder with JPEG files anywhere below. Writes 50,000 links under the
official names, DIR/ILSVRC2012_img_val/ILSVRC2012_val_00000001.JPEG ..., and DIR/ILSVRC2012_devkit_t12/data with a
meta.mat whose ILSVRC2012_ID is another order than the WNIDs', and the ground truth in those numbers.
"""
import os, pathlib, sys
import numpy as np
from scipy.io import savemat

directory, wnids, images = pathlib.Path(sys.argv[1]), open(sys.argv[2]).read().split(), pathlib.Path(sys.argv[3])
rng = np.random.default_rng(12)
files = sorted(p for p in images.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg"))
val = directory / "ILSVRC2012_img_val"
val.mkdir(parents=True)
for n in range(50_000):
    target = val / f"ILSVRC2012_val_{n + 1:08d}.JPEG"
    try:
        os.link(files[n % len(files)], target)
    except OSError:
        target.write_bytes(files[n % len(files)].read_bytes())

data = directory / "ILSVRC2012_devkit_t12" / "data"
data.mkdir(parents=True)
order = rng.permutation(len(wnids))
fields = [("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O"), ("gloss", "O"), ("num_children", "O"), ("children", "O"), ("wordnet_height", "O"), ("num_train_images", "O")]
synsets = np.zeros((len(wnids) + 2, 1), fields)
for row, at in enumerate(order):
    synsets[row, 0] = (np.float64(row + 1), wnids[at], f"class {at}", "a thing", np.float64(0), np.zeros((1, 0)), np.float64(0), np.float64(1300))
# Nodes above the classes, which the official file has too.
for row in (len(wnids), len(wnids) + 1):
    synsets[row, 0] = (np.float64(row + 1), f"n9{row:07d}", "a node", "above", np.float64(2), np.array([[1.0, 2.0]]), np.float64(1), np.float64(0))
savemat(data / "meta.mat", {"synsets": synsets}, do_compression=True)
truth = np.repeat(np.arange(1, len(wnids) + 1), 50_000 // len(wnids))
rng.shuffle(truth)
(data / "ILSVRC2012_validation_ground_truth.txt").write_text("".join(f"{t}\n" for t in truth))
