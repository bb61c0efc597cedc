"""Builds a pysqlite3 wheel with SQLite inside, for machines that have no ready wheel (Linux on arm64).

    python build_pysqlite.py FOLDER

SQLite below 3.51.3 can corrupt a book in WAL mode (the WAL-reset bug, fixed 2026-03-13), and the distributions' own
SQLite is older than that. The amalgamation comes from the better-sqlite3 package, which ships it unchanged; both
sources are pinned by sha256. Standard library and pip only, so that it runs before anything is installed.
"""

import hashlib
import io
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
        sqlite = tarfile.open(fileobj=io.BytesIO(checked(reply.read(), AMALGAMATION[1], AMALGAMATION[0])))
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "download", "-q", "--no-deps", "--no-binary=:all:", "-d", name, PYSQLITE], check=True)
        archive = next(work.glob("pysqlite3-*.tar.gz"))
        tarfile.open(fileobj=io.BytesIO(checked(archive.read_bytes(), PYSQLITE_SHA256, archive.name))).extractall(
            work, filter="data"
        )
        source = next(path for path in work.glob("pysqlite3-*") if path.is_dir())
        for file in ("sqlite3.c", "sqlite3.h"):
            (source / file).write_bytes(_member(sqlite, f"package/deps/sqlite3/{file}"))
        subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", str(folder), str(source)], check=True)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        sys.exit(f"{name} is missing from the SQLite archive; see AMALGAMATION in this script")
    return file.read()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python build_pysqlite.py FOLDER")
    build(Path(sys.argv[1]))
