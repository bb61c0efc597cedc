"""Builds a pysqlite3 wheel with SQLite inside, for machines that have no ready wheel (Linux on arm64).

    python build_pysqlite.py FOLDER

SQLite below 3.51.3 can corrupt a book in WAL mode (the WAL-reset bug, fixed 2026-03-13), and the distributions' own
SQLite is older than that. The amalgamation comes from the better-sqlite3 package, which ships it unchanged; both
sources are pinned by sha256. Standard library and pip only, so that it runs before anything is installed.
"""

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

AMALGAMATION = (
    "https://registry.npmjs.org/better-sqlite3/-/better-sqlite3-12.11.1.tgz",
    "ebf0ed75a7a59dbcb3b24bbd014ef49d9f15bc328e4adcbf516f2a8fadfa2835",
)  # SQLite 3.53.2
PYSQLITE = "pysqlite3==0.6.1"
PYSQLITE_SHA256 = "dd7d2b7f3a29aebdbf569c359658b091d3345b5691d9ea765a5c3febe8872bf9"


def checked(data: bytes, sha256: str, name: str) -> bytes:
    """`data` when its sha256 is the pinned one; leaves with a message when it is not."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{name}: sha256 is {found}, expected {sha256}; the download is damaged or was replaced, try again")
    return data


def build(folder: Path) -> None:
    """Puts the wheel into `folder`."""
    with tempfile.TemporaryDirectory() as name, urllib.request.urlopen(AMALGAMATION[0], timeout=120) as reply:
        work = Path(name)
        unpack(checked(reply.read(), AMALGAMATION[1], AMALGAMATION[0]), work / "sqlite")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "download", "-q", "--no-deps", "--no-binary=:all:", "-d", name, PYSQLITE], check=True)
        archive = next(work.glob("pysqlite3-*.tar.gz"))
        unpack(checked(archive.read_bytes(), PYSQLITE_SHA256, archive.name), work / "source")
        source = next((work / "source").iterdir())
        for file in ("sqlite3.c", "sqlite3.h"):
            shutil.copy(work / "sqlite" / "package" / "deps" / "sqlite3" / file, source / file)
        subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", str(folder), str(source)], check=True)


def unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python build_pysqlite.py FOLDER")
    build(Path(sys.argv[1]))
