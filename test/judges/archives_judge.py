"""Writes archives and a meta.mat with Python's own libraries and SciPy, and reads those that our tests write.

usage: archives_judge.py write FOLDER    what it wrote, as JSON on stdout
       archives_judge.py read FOLDER     what it reads of x.tar, x.zip and meta.mat, as JSON on stdout
"""
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from scipy.io import loadmat, savemat

NAMES = [
    "set/plain.JPEG",
    "set/ünïcode/日本.JPEG",
    "set/" + "long-folder-name/" * 6 + "image.JPEG",
    "set/" + "d" * 200 + "/" + "f" * 200 + ".JPEG",
    "set/empty",
]


def content(name):
    return b"" if name.endswith("empty") else hashlib.sha512(name.encode()).digest() * 17


def write_tar(path, format, names):
    with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w", format=format) as tar:
        folder = tarfile.TarInfo("set")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(content(name))
            info.mtime = 1234567890.25
            tar.addfile(info, io.BytesIO(content(name)))


def write(folder):
    short = [name for name in NAMES if len(name) < 200]
    files = {
        "ustar.tar": (tarfile.USTAR_FORMAT, short),
        "gnu.tar": (tarfile.GNU_FORMAT, NAMES),
        "pax.tar": (tarfile.PAX_FORMAT, NAMES),
        "gnu.tgz": (tarfile.GNU_FORMAT, NAMES),
    }
    told = {}
    for file, (format, names) in files.items():
        write_tar(folder / file, format, names)
        told[file] = {name: hashlib.sha256(content(name)).hexdigest() for name in names}
    # More members than 16 bits count.
    many = [f"set/{n}" for n in range(66_000)]
    for file, names in {"plain.zip": NAMES, "many.zip": many}.items():
        with zipfile.ZipFile(folder / file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("set/", "")
            for i, name in enumerate(names):
                data = content(name) if file == "plain.zip" else b"x"
                archive.writestr(name, data, zipfile.ZIP_STORED if i == 1 else None)
        told[file] = {
            name: hashlib.sha256(content(name) if file == "plain.zip" else b"x").hexdigest() for name in names
        }
    fields = ["ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height"]
    synsets = np.zeros((1005, 1), dtype=[(field, object) for field in fields])
    byId = []
    for i in range(1005):
        wnid = f"n{(7919 * (i + 1)) % 100_000_000:08d}"
        children = np.arange(1.0, 4.0) if i >= 1000 else np.zeros((1, 0))
        synsets[i, 0] = (float(i + 1), wnid, f"words {i}, with ü", "a gloss", float(children.size), children, 2.0)
        if i < 1000:
            byId.append(wnid)
    for file, compressed in {"packed.mat": True, "plain.mat": False}.items():
        savemat(folder / file, {"synsets": synsets}, do_compression=compressed)
    return {"archives": told, "byId": byId}


def read(folder):
    with tarfile.open(folder / "x.tar") as tar:
        tarred = {m.name: tar.extractfile(m).read().decode() for m in tar.getmembers() if m.isfile()}
    with zipfile.ZipFile(folder / "x.zip") as archive:
        assert archive.testzip() is None
        zipped = {name: archive.read(name).decode() for name in archive.namelist()}
    synsets = loadmat(folder / "meta.mat", squeeze_me=True)["synsets"]
    rows = [[int(s["ILSVRC2012_ID"]), str(s["WNID"]), int(s["num_children"])] for s in synsets]
    return {"tar": tarred, "zip": zipped, "synsets": rows}


if __name__ == "__main__":
    print(json.dumps({"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))))
