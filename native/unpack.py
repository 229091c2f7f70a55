"""unpack.py WHEEL FOLDER PREFIX=TARGET...: writes the wheel's members below PREFIX to FOLDER/TARGET, and only those."""

import os
import shutil
import sys
import zipfile

wheel, folder, *rules = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        for rule in rules:
            prefix, target = rule.split("=")
            if member.filename.startswith(prefix) and not member.is_dir():
                path = os.path.normpath(os.path.join(folder, target + member.filename[len(prefix):]))
                if not path.startswith(os.path.normpath(folder) + os.sep):
                    sys.exit("The wheel names a file outside its folder: " + member.filename)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with archive.open(member) as source, open(path, "wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                os.chmod(path, 0o644 | member.external_attr >> 16 & 0o111)
                break
